from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="EmbeddingData")


@_attrs_define
class EmbeddingData:
    """One vector and the part of the input that it stands for.

    Attributes:
        embedding (list[float]): The vector: 512 numbers, or as many as were asked for.
        embedding_option (None | str | Unset): What the vector was made from; null when that is plain.
        embedding_scope (None | str | Unset): Whether it stands for a segment or for the whole.
        start_sec (float | None | Unset): Where the segment begins in seconds; null when there is none.
        end_sec (float | None | Unset): Where the segment ends in seconds; null when there is none.
        embedding_uncertainty (list[float] | Unset): How unsure the model is of each number; on request, with Marengo
            3.5. A higher number is less sure.
        start_page_number (int | None | Unset): The first page, counted from 1, of a PDF file; else null.
        end_page_number (int | None | Unset): The last page, which is included, of a PDF file; else null.
        quadrant (None | str | Unset): The quarter of the page of a PDF file; null for the whole page.
        chunk_index (int | None | Unset): The number of the chunk, counted from 0, of a text or Markdown file; else
            null. Entries are in no promised order.
    """

    embedding: list[float]
    embedding_option: None | str | Unset = UNSET
    embedding_scope: None | str | Unset = UNSET
    start_sec: float | None | Unset = UNSET
    end_sec: float | None | Unset = UNSET
    embedding_uncertainty: list[float] | Unset = UNSET
    start_page_number: int | None | Unset = UNSET
    end_page_number: int | None | Unset = UNSET
    quadrant: None | str | Unset = UNSET
    chunk_index: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        embedding = self.embedding

        embedding_option: None | str | Unset
        if isinstance(self.embedding_option, Unset):
            embedding_option = UNSET
        else:
            embedding_option = self.embedding_option

        embedding_scope: None | str | Unset
        if isinstance(self.embedding_scope, Unset):
            embedding_scope = UNSET
        else:
            embedding_scope = self.embedding_scope

        start_sec: float | None | Unset
        if isinstance(self.start_sec, Unset):
            start_sec = UNSET
        else:
            start_sec = self.start_sec

        end_sec: float | None | Unset
        if isinstance(self.end_sec, Unset):
            end_sec = UNSET
        else:
            end_sec = self.end_sec

        embedding_uncertainty: list[float] | Unset = UNSET
        if not isinstance(self.embedding_uncertainty, Unset):
            embedding_uncertainty = self.embedding_uncertainty

        start_page_number: int | None | Unset
        if isinstance(self.start_page_number, Unset):
            start_page_number = UNSET
        else:
            start_page_number = self.start_page_number

        end_page_number: int | None | Unset
        if isinstance(self.end_page_number, Unset):
            end_page_number = UNSET
        else:
            end_page_number = self.end_page_number

        quadrant: None | str | Unset
        if isinstance(self.quadrant, Unset):
            quadrant = UNSET
        else:
            quadrant = self.quadrant

        chunk_index: int | None | Unset
        if isinstance(self.chunk_index, Unset):
            chunk_index = UNSET
        else:
            chunk_index = self.chunk_index

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "embedding": embedding,
            }
        )
        if embedding_option is not UNSET:
            field_dict["embedding_option"] = embedding_option
        if embedding_scope is not UNSET:
            field_dict["embedding_scope"] = embedding_scope
        if start_sec is not UNSET:
            field_dict["start_sec"] = start_sec
        if end_sec is not UNSET:
            field_dict["end_sec"] = end_sec
        if embedding_uncertainty is not UNSET:
            field_dict["embedding_uncertainty"] = embedding_uncertainty
        if start_page_number is not UNSET:
            field_dict["start_page_number"] = start_page_number
        if end_page_number is not UNSET:
            field_dict["end_page_number"] = end_page_number
        if quadrant is not UNSET:
            field_dict["quadrant"] = quadrant
        if chunk_index is not UNSET:
            field_dict["chunk_index"] = chunk_index

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        embedding = cast(list[float], d.pop("embedding"))

        def _parse_embedding_option(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        embedding_option = _parse_embedding_option(d.pop("embedding_option", UNSET))

        def _parse_embedding_scope(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        embedding_scope = _parse_embedding_scope(d.pop("embedding_scope", UNSET))

        def _parse_start_sec(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        start_sec = _parse_start_sec(d.pop("start_sec", UNSET))

        def _parse_end_sec(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        end_sec = _parse_end_sec(d.pop("end_sec", UNSET))

        embedding_uncertainty = cast(list[float], d.pop("embedding_uncertainty", UNSET))

        def _parse_start_page_number(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        start_page_number = _parse_start_page_number(d.pop("start_page_number", UNSET))

        def _parse_end_page_number(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        end_page_number = _parse_end_page_number(d.pop("end_page_number", UNSET))

        def _parse_quadrant(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        quadrant = _parse_quadrant(d.pop("quadrant", UNSET))

        def _parse_chunk_index(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        chunk_index = _parse_chunk_index(d.pop("chunk_index", UNSET))

        embedding_data = cls(
            embedding=embedding,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
            start_sec=start_sec,
            end_sec=end_sec,
            embedding_uncertainty=embedding_uncertainty,
            start_page_number=start_page_number,
            end_page_number=end_page_number,
            quadrant=quadrant,
            chunk_index=chunk_index,
        )

        embedding_data.additional_properties = d
        return embedding_data

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties

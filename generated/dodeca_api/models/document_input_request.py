from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.models.document_embedding_option import (
    DocumentEmbeddingOption,
    check_document_embedding_option,
)
from dodeca_api.models.document_embedding_scope import (
    DocumentEmbeddingScope,
    check_document_embedding_scope,
)
from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.document_segmentation import DocumentSegmentation
    from dodeca_api.models.media_source import MediaSource


T = TypeVar("T", bound="DocumentInputRequest")


@_attrs_define
class DocumentInputRequest:
    """A PDF, text or Markdown file of at most 512 MB to embed. Each option goes with each scope, and each of these pairs
    has to be among: of a PDF file `visual` with `local` or `asset` and `text` with `asset`, of others `text` with
    `local` or `asset`.

        Attributes:
            media_source (MediaSource): Where the media is. Give exactly one of the three.
            segmentation (DocumentSegmentation | Unset): How a document is divided. Give the one that fits the file.
            embedding_option (list[DocumentEmbeddingOption] | Unset): What the vectors are made from. Default: `visual` of a
                PDF file, else `text`.
            embedding_scope (list[DocumentEmbeddingScope] | Unset): What the vectors stand for. Default: `local` for a PDF
                file, else `asset`.
            embedding_type (list[Literal['separate_embedding']] | Unset): How vectors are put together; a document has one
                option at a time.
    """

    media_source: MediaSource
    segmentation: DocumentSegmentation | Unset = UNSET
    embedding_option: list[DocumentEmbeddingOption] | Unset = UNSET
    embedding_scope: list[DocumentEmbeddingScope] | Unset = UNSET
    embedding_type: list[Literal["separate_embedding"]] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        media_source = self.media_source.to_dict()

        segmentation: dict[str, Any] | Unset = UNSET
        if not isinstance(self.segmentation, Unset):
            segmentation = self.segmentation.to_dict()

        embedding_option: list[str] | Unset = UNSET
        if not isinstance(self.embedding_option, Unset):
            embedding_option = []
            for embedding_option_item_data in self.embedding_option:
                embedding_option_item: str = embedding_option_item_data
                embedding_option.append(embedding_option_item)

        embedding_scope: list[str] | Unset = UNSET
        if not isinstance(self.embedding_scope, Unset):
            embedding_scope = []
            for embedding_scope_item_data in self.embedding_scope:
                embedding_scope_item: str = embedding_scope_item_data
                embedding_scope.append(embedding_scope_item)

        embedding_type: list[Literal["separate_embedding"]] | Unset = UNSET
        if not isinstance(self.embedding_type, Unset):
            embedding_type = self.embedding_type

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "media_source": media_source,
            }
        )
        if segmentation is not UNSET:
            field_dict["segmentation"] = segmentation
        if embedding_option is not UNSET:
            field_dict["embedding_option"] = embedding_option
        if embedding_scope is not UNSET:
            field_dict["embedding_scope"] = embedding_scope
        if embedding_type is not UNSET:
            field_dict["embedding_type"] = embedding_type

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.document_segmentation import DocumentSegmentation  # noqa: PLC0415
        from dodeca_api.models.media_source import MediaSource  # noqa: PLC0415

        d = dict(src_dict)
        media_source = MediaSource.from_dict(d.pop("media_source"))

        _segmentation = d.pop("segmentation", UNSET)
        segmentation: DocumentSegmentation | Unset
        if isinstance(_segmentation, Unset):
            segmentation = UNSET
        else:
            segmentation = DocumentSegmentation.from_dict(_segmentation)

        _embedding_option = d.pop("embedding_option", UNSET)
        embedding_option: list[DocumentEmbeddingOption] | Unset = UNSET
        if _embedding_option is not UNSET:
            embedding_option = []
            for embedding_option_item_data in _embedding_option:
                embedding_option_item = check_document_embedding_option(embedding_option_item_data)

                embedding_option.append(embedding_option_item)

        _embedding_scope = d.pop("embedding_scope", UNSET)
        embedding_scope: list[DocumentEmbeddingScope] | Unset = UNSET
        if _embedding_scope is not UNSET:
            embedding_scope = []
            for embedding_scope_item_data in _embedding_scope:
                embedding_scope_item = check_document_embedding_scope(embedding_scope_item_data)

                embedding_scope.append(embedding_scope_item)

        _embedding_type = d.pop("embedding_type", UNSET)
        embedding_type: list[Literal["separate_embedding"]] | Unset = UNSET
        if _embedding_type is not UNSET:
            embedding_type = []
            for embedding_type_item_data in _embedding_type:
                embedding_type_item = cast(Literal["separate_embedding"], embedding_type_item_data)
                if embedding_type_item != "separate_embedding":
                    raise ValueError(
                        f"embedding_type_item must match const 'separate_embedding', got '{embedding_type_item}'"
                    )
                embedding_type.append(embedding_type_item)

        document_input_request = cls(
            media_source=media_source,
            segmentation=segmentation,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
            embedding_type=embedding_type,
        )

        document_input_request.additional_properties = d
        return document_input_request

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

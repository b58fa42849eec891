from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api import types
from dodeca_api.models.search_group_by import SearchGroupBy, check_search_group_by
from dodeca_api.models.search_operator import SearchOperator, check_search_operator
from dodeca_api.models.search_option import SearchOption, check_search_option
from dodeca_api.models.search_sort_option import (
    SearchSortOption,
    check_search_sort_option,
)
from dodeca_api.models.search_threshold import SearchThreshold, check_search_threshold
from dodeca_api.models.transcription_option import (
    TranscriptionOption,
    check_transcription_option,
)
from dodeca_api.types import UNSET, File, FileTypes, Unset

T = TypeVar("T", bound="SearchRequest")


@_attrs_define
class SearchRequest:
    """What to look for, and where.

    Attributes:
        index_id (str): Id of the index.
        search_options (list[SearchOption]): Where to look: `visual`, `audio` or `transcription` (Marengo 3.0). They
            must be among the model options of the index.
        query_media_type (Literal['image'] | Unset): Kind of media to search by; required with media.
        query_media_url (list[str] | Unset): Public URLs of images; older service versions take one. Wins over
            `query_media_file`.
        query_media_file (list[File] | Unset): Images in this request; older service versions take one.
        query_text (str | Unset): What to look for in plain words; required without media.
        transcription_options (list[TranscriptionOption] | Unset): How spoken words match: literally, by meaning, or
            both. Needs `transcription` among the search options.
        adjust_confidence_level (float | Unset): How strictly results are called high, medium or low, 0 to 1; a lower
            number is more generous. Not for Marengo 3.0.
        group_by (SearchGroupBy | Unset): Single moments, or moments gathered by video.
        threshold (SearchThreshold | Unset): The lowest confidence that a result may have; `none` keeps them all.
        sort_option (SearchSortOption | Unset): By confidence, or by the number of matching clips in a video.
        operator (SearchOperator | Unset): Match any or all of the search options.
        page_limit (int | Unset): Clips per page, or videos when grouped by video; at most 50.
        filter_ (str | Unset): JSON object in text. A field equals a string, number or boolean, or lies in a range:
            `{"duration": {"gte": 600, "lte": 800}}`. `id` also takes a list of video ids. Fields are id, duration, width,
            height, size, filename and custom ones.
        include_user_metadata (bool | Unset): Return the custom fields of the videos with the results.
    """

    index_id: str
    search_options: list[SearchOption]
    query_media_type: Literal["image"] | Unset = UNSET
    query_media_url: list[str] | Unset = UNSET
    query_media_file: list[File] | Unset = UNSET
    query_text: str | Unset = UNSET
    transcription_options: list[TranscriptionOption] | Unset = UNSET
    adjust_confidence_level: float | Unset = UNSET
    group_by: SearchGroupBy | Unset = UNSET
    threshold: SearchThreshold | Unset = UNSET
    sort_option: SearchSortOption | Unset = UNSET
    operator: SearchOperator | Unset = UNSET
    page_limit: int | Unset = UNSET
    filter_: str | Unset = UNSET
    include_user_metadata: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        index_id = self.index_id

        search_options = []
        for search_options_item_data in self.search_options:
            search_options_item: str = search_options_item_data
            search_options.append(search_options_item)

        query_media_type = self.query_media_type

        query_media_url: list[str] | Unset = UNSET
        if not isinstance(self.query_media_url, Unset):
            query_media_url = self.query_media_url

        query_media_file: list[FileTypes] | Unset = UNSET
        if not isinstance(self.query_media_file, Unset):
            query_media_file = []
            for query_media_file_item_data in self.query_media_file:
                query_media_file_item = query_media_file_item_data.to_tuple()

                query_media_file.append(query_media_file_item)

        query_text = self.query_text

        transcription_options: list[str] | Unset = UNSET
        if not isinstance(self.transcription_options, Unset):
            transcription_options = []
            for transcription_options_item_data in self.transcription_options:
                transcription_options_item: str = transcription_options_item_data
                transcription_options.append(transcription_options_item)

        adjust_confidence_level = self.adjust_confidence_level

        group_by: str | Unset = UNSET
        if not isinstance(self.group_by, Unset):
            group_by = self.group_by

        threshold: str | Unset = UNSET
        if not isinstance(self.threshold, Unset):
            threshold = self.threshold

        sort_option: str | Unset = UNSET
        if not isinstance(self.sort_option, Unset):
            sort_option = self.sort_option

        operator: str | Unset = UNSET
        if not isinstance(self.operator, Unset):
            operator = self.operator

        page_limit = self.page_limit

        filter_ = self.filter_

        include_user_metadata = self.include_user_metadata

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "index_id": index_id,
                "search_options": search_options,
            }
        )
        if query_media_type is not UNSET:
            field_dict["query_media_type"] = query_media_type
        if query_media_url is not UNSET:
            field_dict["query_media_url"] = query_media_url
        if query_media_file is not UNSET:
            field_dict["query_media_file"] = query_media_file
        if query_text is not UNSET:
            field_dict["query_text"] = query_text
        if transcription_options is not UNSET:
            field_dict["transcription_options"] = transcription_options
        if adjust_confidence_level is not UNSET:
            field_dict["adjust_confidence_level"] = adjust_confidence_level
        if group_by is not UNSET:
            field_dict["group_by"] = group_by
        if threshold is not UNSET:
            field_dict["threshold"] = threshold
        if sort_option is not UNSET:
            field_dict["sort_option"] = sort_option
        if operator is not UNSET:
            field_dict["operator"] = operator
        if page_limit is not UNSET:
            field_dict["page_limit"] = page_limit
        if filter_ is not UNSET:
            field_dict["filter"] = filter_
        if include_user_metadata is not UNSET:
            field_dict["include_user_metadata"] = include_user_metadata

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("index_id", (None, str(self.index_id).encode(), "text/plain")))

        for search_options_item_element in self.search_options:
            files.append(
                ("search_options", (None, str(search_options_item_element).encode(), "text/plain"))
            )

        if not isinstance(self.query_media_type, Unset):
            files.append(("query_media_type", (None, self.query_media_type, "text/plain")))

        if not isinstance(self.query_media_url, Unset):
            for query_media_url_item_element in self.query_media_url:
                files.append(
                    (
                        "query_media_url",
                        (None, str(query_media_url_item_element).encode(), "text/plain"),
                    )
                )

        if not isinstance(self.query_media_file, Unset):
            for query_media_file_item_element in self.query_media_file:
                files.append(("query_media_file", query_media_file_item_element.to_tuple()))

        if not isinstance(self.query_text, Unset):
            files.append(("query_text", (None, str(self.query_text).encode(), "text/plain")))

        if not isinstance(self.transcription_options, Unset):
            for transcription_options_item_element in self.transcription_options:
                files.append(
                    (
                        "transcription_options",
                        (None, str(transcription_options_item_element).encode(), "text/plain"),
                    )
                )

        if not isinstance(self.adjust_confidence_level, Unset):
            files.append(
                (
                    "adjust_confidence_level",
                    (None, str(self.adjust_confidence_level).encode(), "text/plain"),
                )
            )

        if not isinstance(self.group_by, Unset):
            files.append(("group_by", (None, str(self.group_by).encode(), "text/plain")))

        if not isinstance(self.threshold, Unset):
            files.append(("threshold", (None, str(self.threshold).encode(), "text/plain")))

        if not isinstance(self.sort_option, Unset):
            files.append(("sort_option", (None, str(self.sort_option).encode(), "text/plain")))

        if not isinstance(self.operator, Unset):
            files.append(("operator", (None, str(self.operator).encode(), "text/plain")))

        if not isinstance(self.page_limit, Unset):
            files.append(("page_limit", (None, str(self.page_limit).encode(), "text/plain")))

        if not isinstance(self.filter_, Unset):
            files.append(("filter", (None, str(self.filter_).encode(), "text/plain")))

        if not isinstance(self.include_user_metadata, Unset):
            files.append(
                (
                    "include_user_metadata",
                    (None, str(self.include_user_metadata).encode(), "text/plain"),
                )
            )

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        index_id = d.pop("index_id")

        search_options = []
        _search_options = d.pop("search_options")
        for search_options_item_data in _search_options:
            search_options_item = check_search_option(search_options_item_data)

            search_options.append(search_options_item)

        query_media_type = cast(Literal["image"] | Unset, d.pop("query_media_type", UNSET))
        if query_media_type != "image" and not isinstance(query_media_type, Unset):
            raise ValueError(f"query_media_type must match const 'image', got '{query_media_type}'")

        query_media_url = cast(list[str], d.pop("query_media_url", UNSET))

        _query_media_file = d.pop("query_media_file", UNSET)
        query_media_file: list[File] | Unset = UNSET
        if _query_media_file is not UNSET:
            query_media_file = []
            for query_media_file_item_data in _query_media_file:
                query_media_file_item = File(payload=BytesIO(query_media_file_item_data))

                query_media_file.append(query_media_file_item)

        query_text = d.pop("query_text", UNSET)

        _transcription_options = d.pop("transcription_options", UNSET)
        transcription_options: list[TranscriptionOption] | Unset = UNSET
        if _transcription_options is not UNSET:
            transcription_options = []
            for transcription_options_item_data in _transcription_options:
                transcription_options_item = check_transcription_option(
                    transcription_options_item_data
                )

                transcription_options.append(transcription_options_item)

        adjust_confidence_level = d.pop("adjust_confidence_level", UNSET)

        _group_by = d.pop("group_by", UNSET)
        group_by: SearchGroupBy | Unset
        if isinstance(_group_by, Unset):
            group_by = UNSET
        else:
            group_by = check_search_group_by(_group_by)

        _threshold = d.pop("threshold", UNSET)
        threshold: SearchThreshold | Unset
        if isinstance(_threshold, Unset):
            threshold = UNSET
        else:
            threshold = check_search_threshold(_threshold)

        _sort_option = d.pop("sort_option", UNSET)
        sort_option: SearchSortOption | Unset
        if isinstance(_sort_option, Unset):
            sort_option = UNSET
        else:
            sort_option = check_search_sort_option(_sort_option)

        _operator = d.pop("operator", UNSET)
        operator: SearchOperator | Unset
        if isinstance(_operator, Unset):
            operator = UNSET
        else:
            operator = check_search_operator(_operator)

        page_limit = d.pop("page_limit", UNSET)

        filter_ = d.pop("filter", UNSET)

        include_user_metadata = d.pop("include_user_metadata", UNSET)

        search_request = cls(
            index_id=index_id,
            search_options=search_options,
            query_media_type=query_media_type,
            query_media_url=query_media_url,
            query_media_file=query_media_file,
            query_text=query_text,
            transcription_options=transcription_options,
            adjust_confidence_level=adjust_confidence_level,
            group_by=group_by,
            threshold=threshold,
            sort_option=sort_option,
            operator=operator,
            page_limit=page_limit,
            filter_=filter_,
            include_user_metadata=include_user_metadata,
        )

        search_request.additional_properties = d
        return search_request

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

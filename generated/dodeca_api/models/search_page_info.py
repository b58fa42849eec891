from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="SearchPageInfo")


@_attrs_define
class SearchPageInfo:
    """Where a page of results stands and how to reach its neighbours.

    Attributes:
        limit_per_page (int | Unset): Clips per page, or videos when grouped by video.
        page_expires_at (datetime.datetime | Unset): Until when the tokens work.
        total_results (int | Unset): Results over all pages.
        total_inner_matches (int | Unset): Matching clips over all videos; present when grouped by video.
        next_page_token (None | str | Unset): Token of the next page; absent on the last.
        prev_page_token (None | str | Unset): Token of the previous page; absent on the first.
    """

    limit_per_page: int | Unset = UNSET
    page_expires_at: datetime.datetime | Unset = UNSET
    total_results: int | Unset = UNSET
    total_inner_matches: int | Unset = UNSET
    next_page_token: None | str | Unset = UNSET
    prev_page_token: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        limit_per_page = self.limit_per_page

        page_expires_at: str | Unset = UNSET
        if not isinstance(self.page_expires_at, Unset):
            page_expires_at = self.page_expires_at.isoformat()

        total_results = self.total_results

        total_inner_matches = self.total_inner_matches

        next_page_token: None | str | Unset
        if isinstance(self.next_page_token, Unset):
            next_page_token = UNSET
        else:
            next_page_token = self.next_page_token

        prev_page_token: None | str | Unset
        if isinstance(self.prev_page_token, Unset):
            prev_page_token = UNSET
        else:
            prev_page_token = self.prev_page_token

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if limit_per_page is not UNSET:
            field_dict["limit_per_page"] = limit_per_page
        if page_expires_at is not UNSET:
            field_dict["page_expires_at"] = page_expires_at
        if total_results is not UNSET:
            field_dict["total_results"] = total_results
        if total_inner_matches is not UNSET:
            field_dict["total_inner_matches"] = total_inner_matches
        if next_page_token is not UNSET:
            field_dict["next_page_token"] = next_page_token
        if prev_page_token is not UNSET:
            field_dict["prev_page_token"] = prev_page_token

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        limit_per_page = d.pop("limit_per_page", UNSET)

        _page_expires_at = d.pop("page_expires_at", UNSET)
        page_expires_at: datetime.datetime | Unset
        if isinstance(_page_expires_at, Unset):
            page_expires_at = UNSET
        else:
            page_expires_at = datetime.datetime.fromisoformat(_page_expires_at)

        total_results = d.pop("total_results", UNSET)

        total_inner_matches = d.pop("total_inner_matches", UNSET)

        def _parse_next_page_token(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        next_page_token = _parse_next_page_token(d.pop("next_page_token", UNSET))

        def _parse_prev_page_token(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        prev_page_token = _parse_prev_page_token(d.pop("prev_page_token", UNSET))

        search_page_info = cls(
            limit_per_page=limit_per_page,
            page_expires_at=page_expires_at,
            total_results=total_results,
            total_inner_matches=total_inner_matches,
            next_page_token=next_page_token,
            prev_page_token=prev_page_token,
        )

        search_page_info.additional_properties = d
        return search_page_info

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

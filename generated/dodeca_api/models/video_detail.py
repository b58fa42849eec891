from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.hls_info import HlsInfo
    from dodeca_api.models.indexed_video_embedding import IndexedVideoEmbedding
    from dodeca_api.models.transcript_segment import TranscriptSegment
    from dodeca_api.models.user_metadata import UserMetadata
    from dodeca_api.models.video_system_metadata import VideoSystemMetadata


T = TypeVar("T", bound="VideoDetail")


@_attrs_define
class VideoDetail:
    """An indexed video with its custom fields, stream, vectors and transcript.

    Attributes:
        field_id (str): Id of the video.
        asset_id (str | Unset): Id of the asset behind the video.
        created_at (datetime.datetime | Unset): When its indexing task was created.
        updated_at (datetime.datetime | Unset): When its metadata last changed.
        indexed_at (datetime.datetime | None | Unset): When indexing ended.
        system_metadata (VideoSystemMetadata | Unset): What the service measured in a video; none of it can be set.
        user_metadata (UserMetadata | Unset): Custom fields. Keys are strings; values are strings, numbers, booleans or
            lists of strings. Integers beyond 53 bits are safe as strings only.
        hls (HlsInfo | Unset): The HLS stream of an indexed video.
        embedding (IndexedVideoEmbedding | Unset): The vectors of an indexed video.
        transcription (list[TranscriptSegment] | None | Unset): Spoken words by time; null when there are none.
    """

    field_id: str
    asset_id: str | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    updated_at: datetime.datetime | Unset = UNSET
    indexed_at: datetime.datetime | None | Unset = UNSET
    system_metadata: VideoSystemMetadata | Unset = UNSET
    user_metadata: UserMetadata | Unset = UNSET
    hls: HlsInfo | Unset = UNSET
    embedding: IndexedVideoEmbedding | Unset = UNSET
    transcription: list[TranscriptSegment] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field_id = self.field_id

        asset_id = self.asset_id

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        updated_at: str | Unset = UNSET
        if not isinstance(self.updated_at, Unset):
            updated_at = self.updated_at.isoformat()

        indexed_at: None | str | Unset
        if isinstance(self.indexed_at, Unset):
            indexed_at = UNSET
        elif isinstance(self.indexed_at, datetime.datetime):
            indexed_at = self.indexed_at.isoformat()
        else:
            indexed_at = self.indexed_at

        system_metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.system_metadata, Unset):
            system_metadata = self.system_metadata.to_dict()

        user_metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.user_metadata, Unset):
            user_metadata = self.user_metadata.to_dict()

        hls: dict[str, Any] | Unset = UNSET
        if not isinstance(self.hls, Unset):
            hls = self.hls.to_dict()

        embedding: dict[str, Any] | Unset = UNSET
        if not isinstance(self.embedding, Unset):
            embedding = self.embedding.to_dict()

        transcription: list[dict[str, Any]] | None | Unset
        if isinstance(self.transcription, Unset):
            transcription = UNSET
        elif isinstance(self.transcription, list):
            transcription = []
            for transcription_type_0_item_data in self.transcription:
                transcription_type_0_item = transcription_type_0_item_data.to_dict()
                transcription.append(transcription_type_0_item)

        else:
            transcription = self.transcription

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "_id": field_id,
            }
        )
        if asset_id is not UNSET:
            field_dict["asset_id"] = asset_id
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if indexed_at is not UNSET:
            field_dict["indexed_at"] = indexed_at
        if system_metadata is not UNSET:
            field_dict["system_metadata"] = system_metadata
        if user_metadata is not UNSET:
            field_dict["user_metadata"] = user_metadata
        if hls is not UNSET:
            field_dict["hls"] = hls
        if embedding is not UNSET:
            field_dict["embedding"] = embedding
        if transcription is not UNSET:
            field_dict["transcription"] = transcription

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.hls_info import HlsInfo  # noqa: PLC0415
        from dodeca_api.models.indexed_video_embedding import IndexedVideoEmbedding  # noqa: PLC0415
        from dodeca_api.models.transcript_segment import TranscriptSegment  # noqa: PLC0415
        from dodeca_api.models.user_metadata import UserMetadata  # noqa: PLC0415
        from dodeca_api.models.video_system_metadata import VideoSystemMetadata  # noqa: PLC0415

        d = dict(src_dict)
        field_id = d.pop("_id")

        asset_id = d.pop("asset_id", UNSET)

        _created_at = d.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        _updated_at = d.pop("updated_at", UNSET)
        updated_at: datetime.datetime | Unset
        if isinstance(_updated_at, Unset):
            updated_at = UNSET
        else:
            updated_at = datetime.datetime.fromisoformat(_updated_at)

        def _parse_indexed_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                indexed_at_type_0 = datetime.datetime.fromisoformat(data)

                return indexed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        indexed_at = _parse_indexed_at(d.pop("indexed_at", UNSET))

        _system_metadata = d.pop("system_metadata", UNSET)
        system_metadata: VideoSystemMetadata | Unset
        if isinstance(_system_metadata, Unset):
            system_metadata = UNSET
        else:
            system_metadata = VideoSystemMetadata.from_dict(_system_metadata)

        _user_metadata = d.pop("user_metadata", UNSET)
        user_metadata: UserMetadata | Unset
        if isinstance(_user_metadata, Unset):
            user_metadata = UNSET
        else:
            user_metadata = UserMetadata.from_dict(_user_metadata)

        _hls = d.pop("hls", UNSET)
        hls: HlsInfo | Unset
        if isinstance(_hls, Unset):
            hls = UNSET
        else:
            hls = HlsInfo.from_dict(_hls)

        _embedding = d.pop("embedding", UNSET)
        embedding: IndexedVideoEmbedding | Unset
        if isinstance(_embedding, Unset):
            embedding = UNSET
        else:
            embedding = IndexedVideoEmbedding.from_dict(_embedding)

        def _parse_transcription(data: object) -> list[TranscriptSegment] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                transcription_type_0 = []
                _transcription_type_0 = data
                for transcription_type_0_item_data in _transcription_type_0:
                    transcription_type_0_item = TranscriptSegment.from_dict(
                        transcription_type_0_item_data
                    )

                    transcription_type_0.append(transcription_type_0_item)

                return transcription_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[TranscriptSegment] | None | Unset, data)

        transcription = _parse_transcription(d.pop("transcription", UNSET))

        video_detail = cls(
            field_id=field_id,
            asset_id=asset_id,
            created_at=created_at,
            updated_at=updated_at,
            indexed_at=indexed_at,
            system_metadata=system_metadata,
            user_metadata=user_metadata,
            hls=hls,
            embedding=embedding,
            transcription=transcription,
        )

        video_detail.additional_properties = d
        return video_detail

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

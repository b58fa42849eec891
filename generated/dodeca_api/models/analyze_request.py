from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.analyze_image import AnalyzeImage
    from dodeca_api.models.analyze_prompt import AnalyzePrompt
    from dodeca_api.models.analyze_video_asset import AnalyzeVideoAsset
    from dodeca_api.models.analyze_video_base_64_string import AnalyzeVideoBase64String
    from dodeca_api.models.analyze_video_url import AnalyzeVideoUrl
    from dodeca_api.models.json_response_format import JsonResponseFormat


T = TypeVar("T", bound="AnalyzeRequest")


@_attrs_define
class AnalyzeRequest:
    """A video or images, and what to write about them.

    Attributes:
        model_name (str | Unset): A model that writes; images need `pegasus1.6`. The service has retired `pegasus1.2`,
            which took videos of an index.
        video_id (str | Unset): An indexed video, for Pegasus 1.2, which the service has retired: give `video` instead.
        video (AnalyzeVideoAsset | AnalyzeVideoBase64String | AnalyzeVideoUrl | Unset): A video, by one of three sources
            that `type` tells apart.
        image (list[AnalyzeImage] | Unset): Up to 20 images instead of a video; needs Pegasus 1.6 and `prompt`.
        prompt (str | Unset): What to write, in plain words; 2,000 tokens with Pegasus 1.2. Either this or `prompt_v2`.
        prompt_v2 (AnalyzePrompt | Unset): A prompt that refers to images.
        temperature (float | Unset): Randomness of the text, 0 to 1.
        response_format (JsonResponseFormat | Unset): Asks for JSON instead of free text.
        max_tokens (int | Unset): Longest answer in tokens; 4,096 with Pegasus 1.2.
        start_time (float | Unset): Begin at this second of the video; the part must last a second at least.
        end_time (float | Unset): Stop at this second of the video.
        stream (bool | Unset): Answer as a stream of events rather than in one piece.
    """

    model_name: str | Unset = UNSET
    video_id: str | Unset = UNSET
    video: AnalyzeVideoAsset | AnalyzeVideoBase64String | AnalyzeVideoUrl | Unset = UNSET
    image: list[AnalyzeImage] | Unset = UNSET
    prompt: str | Unset = UNSET
    prompt_v2: AnalyzePrompt | Unset = UNSET
    temperature: float | Unset = UNSET
    response_format: JsonResponseFormat | Unset = UNSET
    max_tokens: int | Unset = UNSET
    start_time: float | Unset = UNSET
    end_time: float | Unset = UNSET
    stream: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from dodeca_api.models.analyze_video_asset import AnalyzeVideoAsset  # noqa: PLC0415
        from dodeca_api.models.analyze_video_url import AnalyzeVideoUrl  # noqa: PLC0415

        model_name = self.model_name

        video_id = self.video_id

        video: dict[str, Any] | Unset
        if isinstance(self.video, Unset):
            video = UNSET
        elif isinstance(self.video, AnalyzeVideoUrl):
            video = self.video.to_dict()
        elif isinstance(self.video, AnalyzeVideoAsset):
            video = self.video.to_dict()
        else:
            video = self.video.to_dict()

        image: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.image, Unset):
            image = []
            for image_item_data in self.image:
                image_item = image_item_data.to_dict()
                image.append(image_item)

        prompt = self.prompt

        prompt_v2: dict[str, Any] | Unset = UNSET
        if not isinstance(self.prompt_v2, Unset):
            prompt_v2 = self.prompt_v2.to_dict()

        temperature = self.temperature

        response_format: dict[str, Any] | Unset = UNSET
        if not isinstance(self.response_format, Unset):
            response_format = self.response_format.to_dict()

        max_tokens = self.max_tokens

        start_time = self.start_time

        end_time = self.end_time

        stream = self.stream

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if model_name is not UNSET:
            field_dict["model_name"] = model_name
        if video_id is not UNSET:
            field_dict["video_id"] = video_id
        if video is not UNSET:
            field_dict["video"] = video
        if image is not UNSET:
            field_dict["image"] = image
        if prompt is not UNSET:
            field_dict["prompt"] = prompt
        if prompt_v2 is not UNSET:
            field_dict["prompt_v2"] = prompt_v2
        if temperature is not UNSET:
            field_dict["temperature"] = temperature
        if response_format is not UNSET:
            field_dict["response_format"] = response_format
        if max_tokens is not UNSET:
            field_dict["max_tokens"] = max_tokens
        if start_time is not UNSET:
            field_dict["start_time"] = start_time
        if end_time is not UNSET:
            field_dict["end_time"] = end_time
        if stream is not UNSET:
            field_dict["stream"] = stream

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.analyze_image import AnalyzeImage  # noqa: PLC0415
        from dodeca_api.models.analyze_prompt import AnalyzePrompt  # noqa: PLC0415
        from dodeca_api.models.analyze_video_asset import AnalyzeVideoAsset  # noqa: PLC0415
        from dodeca_api.models.analyze_video_base_64_string import (
            AnalyzeVideoBase64String,  # noqa: PLC0415
        )
        from dodeca_api.models.analyze_video_url import AnalyzeVideoUrl  # noqa: PLC0415
        from dodeca_api.models.json_response_format import JsonResponseFormat  # noqa: PLC0415

        d = dict(src_dict)
        model_name = d.pop("model_name", UNSET)

        video_id = d.pop("video_id", UNSET)

        def _parse_video(
            data: object,
        ) -> AnalyzeVideoAsset | AnalyzeVideoBase64String | AnalyzeVideoUrl | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_analyze_video_type_0 = AnalyzeVideoUrl.from_dict(data)

                return componentsschemas_analyze_video_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_analyze_video_type_1 = AnalyzeVideoAsset.from_dict(data)

                return componentsschemas_analyze_video_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_analyze_video_type_2 = AnalyzeVideoBase64String.from_dict(data)

            return componentsschemas_analyze_video_type_2

        video = _parse_video(d.pop("video", UNSET))

        _image = d.pop("image", UNSET)
        image: list[AnalyzeImage] | Unset = UNSET
        if _image is not UNSET:
            image = []
            for image_item_data in _image:
                image_item = AnalyzeImage.from_dict(image_item_data)

                image.append(image_item)

        prompt = d.pop("prompt", UNSET)

        _prompt_v2 = d.pop("prompt_v2", UNSET)
        prompt_v2: AnalyzePrompt | Unset
        if isinstance(_prompt_v2, Unset):
            prompt_v2 = UNSET
        else:
            prompt_v2 = AnalyzePrompt.from_dict(_prompt_v2)

        temperature = d.pop("temperature", UNSET)

        _response_format = d.pop("response_format", UNSET)
        response_format: JsonResponseFormat | Unset
        if isinstance(_response_format, Unset):
            response_format = UNSET
        else:
            response_format = JsonResponseFormat.from_dict(_response_format)

        max_tokens = d.pop("max_tokens", UNSET)

        start_time = d.pop("start_time", UNSET)

        end_time = d.pop("end_time", UNSET)

        stream = d.pop("stream", UNSET)

        analyze_request = cls(
            model_name=model_name,
            video_id=video_id,
            video=video,
            image=image,
            prompt=prompt,
            prompt_v2=prompt_v2,
            temperature=temperature,
            response_format=response_format,
            max_tokens=max_tokens,
            start_time=start_time,
            end_time=end_time,
            stream=stream,
        )

        analyze_request.additional_properties = d
        return analyze_request

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

"""The data models of the API; each module is imported when its class is first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .audio_embedding_task import AudioEmbeddingTask
    from .audio_embedding_task_metadata import AudioEmbeddingTaskMetadata
    from .audio_input_request import AudioInputRequest
    from .audio_input_request_embedding_option_items import (
        AudioInputRequestEmbeddingOptionItems,
    )
    from .audio_input_request_embedding_scope_items import (
        AudioInputRequestEmbeddingScopeItems,
    )
    from .audio_segmentation import AudioSegmentation
    from .audio_segmentation_fixed import AudioSegmentationFixed
    from .create_async_embedding_request import CreateAsyncEmbeddingRequest
    from .create_async_embedding_request_input_type import (
        CreateAsyncEmbeddingRequestInputType,
    )
    from .create_embeddings_request import CreateEmbeddingsRequest
    from .create_embeddings_request_input_type import CreateEmbeddingsRequestInputType
    from .embedding_audio_metadata import EmbeddingAudioMetadata
    from .embedding_data import EmbeddingData
    from .embedding_image_metadata import EmbeddingImageMetadata
    from .embedding_success_response import EmbeddingSuccessResponse
    from .embedding_task_error import EmbeddingTaskError
    from .embedding_task_response import EmbeddingTaskResponse
    from .embedding_text_image_metadata import EmbeddingTextImageMetadata
    from .embedding_usage import EmbeddingUsage
    from .embedding_usage_input_tokens import EmbeddingUsageInputTokens
    from .embedding_video_metadata import EmbeddingVideoMetadata
    from .error_body import ErrorBody
    from .error_body_details import ErrorBodyDetails
    from .error_response import ErrorResponse
    from .flat_error import FlatError
    from .image_input_request import ImageInputRequest
    from .media_embedding_task import MediaEmbeddingTask
    from .media_embedding_task_list import MediaEmbeddingTaskList
    from .media_source import MediaSource
    from .page_info import PageInfo
    from .tasks_create_response import TasksCreateResponse
    from .tasks_create_response_metadata import TasksCreateResponseMetadata
    from .text_image_input_request import TextImageInputRequest
    from .text_input_request import TextInputRequest
    from .unlisted_object import UnlistedObject
    from .video_embedding_task import VideoEmbeddingTask
    from .video_embedding_task_metadata import VideoEmbeddingTaskMetadata
    from .video_input_request import VideoInputRequest
    from .video_input_request_embedding_option_items import (
        VideoInputRequestEmbeddingOptionItems,
    )
    from .video_input_request_embedding_scope_items import (
        VideoInputRequestEmbeddingScopeItems,
    )
    from .video_segmentation_dynamic import VideoSegmentationDynamic
    from .video_segmentation_dynamic_options import VideoSegmentationDynamicOptions
    from .video_segmentation_fixed import VideoSegmentationFixed
    from .video_segmentation_fixed_options import VideoSegmentationFixedOptions

_MODULES = {
    "AudioEmbeddingTask": ".audio_embedding_task",
    "AudioEmbeddingTaskMetadata": ".audio_embedding_task_metadata",
    "AudioInputRequest": ".audio_input_request",
    "AudioInputRequestEmbeddingOptionItems": ".audio_input_request_embedding_option_items",
    "AudioInputRequestEmbeddingScopeItems": ".audio_input_request_embedding_scope_items",
    "AudioSegmentation": ".audio_segmentation",
    "AudioSegmentationFixed": ".audio_segmentation_fixed",
    "CreateAsyncEmbeddingRequest": ".create_async_embedding_request",
    "CreateAsyncEmbeddingRequestInputType": ".create_async_embedding_request_input_type",
    "CreateEmbeddingsRequest": ".create_embeddings_request",
    "CreateEmbeddingsRequestInputType": ".create_embeddings_request_input_type",
    "EmbeddingAudioMetadata": ".embedding_audio_metadata",
    "EmbeddingData": ".embedding_data",
    "EmbeddingImageMetadata": ".embedding_image_metadata",
    "EmbeddingSuccessResponse": ".embedding_success_response",
    "EmbeddingTaskError": ".embedding_task_error",
    "EmbeddingTaskResponse": ".embedding_task_response",
    "EmbeddingTextImageMetadata": ".embedding_text_image_metadata",
    "EmbeddingUsage": ".embedding_usage",
    "EmbeddingUsageInputTokens": ".embedding_usage_input_tokens",
    "EmbeddingVideoMetadata": ".embedding_video_metadata",
    "ErrorBody": ".error_body",
    "ErrorBodyDetails": ".error_body_details",
    "ErrorResponse": ".error_response",
    "FlatError": ".flat_error",
    "ImageInputRequest": ".image_input_request",
    "MediaEmbeddingTask": ".media_embedding_task",
    "MediaEmbeddingTaskList": ".media_embedding_task_list",
    "MediaSource": ".media_source",
    "PageInfo": ".page_info",
    "TasksCreateResponse": ".tasks_create_response",
    "TasksCreateResponseMetadata": ".tasks_create_response_metadata",
    "TextImageInputRequest": ".text_image_input_request",
    "TextInputRequest": ".text_input_request",
    "UnlistedObject": ".unlisted_object",
    "VideoEmbeddingTask": ".video_embedding_task",
    "VideoEmbeddingTaskMetadata": ".video_embedding_task_metadata",
    "VideoInputRequest": ".video_input_request",
    "VideoInputRequestEmbeddingOptionItems": ".video_input_request_embedding_option_items",
    "VideoInputRequestEmbeddingScopeItems": ".video_input_request_embedding_scope_items",
    "VideoSegmentationDynamic": ".video_segmentation_dynamic",
    "VideoSegmentationDynamicOptions": ".video_segmentation_dynamic_options",
    "VideoSegmentationFixed": ".video_segmentation_fixed",
    "VideoSegmentationFixedOptions": ".video_segmentation_fixed_options",
}

__all__ = (
    "AudioEmbeddingTask",
    "AudioEmbeddingTaskMetadata",
    "AudioInputRequest",
    "AudioInputRequestEmbeddingOptionItems",
    "AudioInputRequestEmbeddingScopeItems",
    "AudioSegmentation",
    "AudioSegmentationFixed",
    "CreateAsyncEmbeddingRequest",
    "CreateAsyncEmbeddingRequestInputType",
    "CreateEmbeddingsRequest",
    "CreateEmbeddingsRequestInputType",
    "EmbeddingAudioMetadata",
    "EmbeddingData",
    "EmbeddingImageMetadata",
    "EmbeddingSuccessResponse",
    "EmbeddingTaskError",
    "EmbeddingTaskResponse",
    "EmbeddingTextImageMetadata",
    "EmbeddingUsage",
    "EmbeddingUsageInputTokens",
    "EmbeddingVideoMetadata",
    "ErrorBody",
    "ErrorBodyDetails",
    "ErrorResponse",
    "FlatError",
    "ImageInputRequest",
    "MediaEmbeddingTask",
    "MediaEmbeddingTaskList",
    "MediaSource",
    "PageInfo",
    "TasksCreateResponse",
    "TasksCreateResponseMetadata",
    "TextImageInputRequest",
    "TextInputRequest",
    "UnlistedObject",
    "VideoEmbeddingTask",
    "VideoEmbeddingTaskMetadata",
    "VideoInputRequest",
    "VideoInputRequestEmbeddingOptionItems",
    "VideoInputRequestEmbeddingScopeItems",
    "VideoSegmentationDynamic",
    "VideoSegmentationDynamicOptions",
    "VideoSegmentationFixed",
    "VideoSegmentationFixedOptions",
)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name], __name__), name)


def __dir__() -> list[str]:
    return list(__all__)

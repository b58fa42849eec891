"""The data models of the API; each module is imported when its class is first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dodeca_api.models.analysis_mode import AnalysisMode
    from dodeca_api.models.analyze_batch_list import AnalyzeBatchList
    from dodeca_api.models.analyze_batch_status_response import (
        AnalyzeBatchStatusResponse,
    )
    from dodeca_api.models.analyze_image import AnalyzeImage
    from dodeca_api.models.analyze_prompt import AnalyzePrompt
    from dodeca_api.models.analyze_request import AnalyzeRequest
    from dodeca_api.models.analyze_response import AnalyzeResponse
    from dodeca_api.models.analyze_source_metadata import AnalyzeSourceMetadata
    from dodeca_api.models.analyze_task import AnalyzeTask
    from dodeca_api.models.analyze_task_create_request import AnalyzeTaskCreateRequest
    from dodeca_api.models.analyze_task_created import AnalyzeTaskCreated
    from dodeca_api.models.analyze_task_event_field import AnalyzeTaskEventField
    from dodeca_api.models.analyze_task_event_field_items import (
        AnalyzeTaskEventFieldItems,
    )
    from dodeca_api.models.analyze_task_field import AnalyzeTaskField
    from dodeca_api.models.analyze_task_field_items import AnalyzeTaskFieldItems
    from dodeca_api.models.analyze_task_format import AnalyzeTaskFormat
    from dodeca_api.models.analyze_task_list import AnalyzeTaskList
    from dodeca_api.models.analyze_task_media_source import AnalyzeTaskMediaSource
    from dodeca_api.models.analyze_task_params import AnalyzeTaskParams
    from dodeca_api.models.analyze_task_prompt import AnalyzeTaskPrompt
    from dodeca_api.models.analyze_task_response_format import AnalyzeTaskResponseFormat
    from dodeca_api.models.analyze_task_response_format_type import (
        AnalyzeTaskResponseFormatType,
    )
    from dodeca_api.models.analyze_task_result import AnalyzeTaskResult
    from dodeca_api.models.analyze_task_segment_definition import (
        AnalyzeTaskSegmentDefinition,
    )
    from dodeca_api.models.analyze_task_status_filter import AnalyzeTaskStatusFilter
    from dodeca_api.models.analyze_task_video_source import AnalyzeTaskVideoSource
    from dodeca_api.models.analyze_video_asset import AnalyzeVideoAsset
    from dodeca_api.models.analyze_video_base_64_string import AnalyzeVideoBase64String
    from dodeca_api.models.analyze_video_url import AnalyzeVideoUrl
    from dodeca_api.models.asset import Asset
    from dodeca_api.models.asset_create_request import AssetCreateRequest
    from dodeca_api.models.asset_detail import AssetDetail
    from dodeca_api.models.asset_error import AssetError
    from dodeca_api.models.asset_hls import AssetHls
    from dodeca_api.models.asset_list import AssetList
    from dodeca_api.models.asset_source import AssetSource
    from dodeca_api.models.asset_source_details import AssetSourceDetails
    from dodeca_api.models.asset_thumbnail import AssetThumbnail
    from dodeca_api.models.asset_type_filter import AssetTypeFilter
    from dodeca_api.models.asset_upload_method import AssetUploadMethod
    from dodeca_api.models.async_audio_input_request import AsyncAudioInputRequest
    from dodeca_api.models.async_image_input_request import AsyncImageInputRequest
    from dodeca_api.models.async_video_input_request import AsyncVideoInputRequest
    from dodeca_api.models.audio_embedding import AudioEmbedding
    from dodeca_api.models.audio_embedding_task import AudioEmbeddingTask
    from dodeca_api.models.audio_embedding_task_metadata import (
        AudioEmbeddingTaskMetadata,
    )
    from dodeca_api.models.audio_input_request import AudioInputRequest
    from dodeca_api.models.audio_input_request_embedding_option_items import (
        AudioInputRequestEmbeddingOptionItems,
    )
    from dodeca_api.models.audio_input_request_embedding_scope_items import (
        AudioInputRequestEmbeddingScopeItems,
    )
    from dodeca_api.models.audio_segmentation import AudioSegmentation
    from dodeca_api.models.audio_segmentation_fixed import AudioSegmentationFixed
    from dodeca_api.models.batch_defaults import BatchDefaults
    from dodeca_api.models.batch_item_error import BatchItemError
    from dodeca_api.models.batch_item_request import BatchItemRequest
    from dodeca_api.models.batch_prompt import BatchPrompt
    from dodeca_api.models.batch_result_item import BatchResultItem
    from dodeca_api.models.batch_status_filter import BatchStatusFilter
    from dodeca_api.models.batch_video_context import BatchVideoContext
    from dodeca_api.models.cancel_analyze_task_response import CancelAnalyzeTaskResponse
    from dodeca_api.models.chapter_result import ChapterResult
    from dodeca_api.models.chunk_report import ChunkReport
    from dodeca_api.models.chunk_report_request import ChunkReportRequest
    from dodeca_api.models.completed_chunk import CompletedChunk
    from dodeca_api.models.create_analyze_batch_request import CreateAnalyzeBatchRequest
    from dodeca_api.models.create_analyze_batch_response import (
        CreateAnalyzeBatchResponse,
    )
    from dodeca_api.models.create_async_embedding_request import (
        CreateAsyncEmbeddingRequest,
    )
    from dodeca_api.models.create_async_embedding_request_input_type import (
        CreateAsyncEmbeddingRequestInputType,
    )
    from dodeca_api.models.create_embeddings_request import CreateEmbeddingsRequest
    from dodeca_api.models.create_embeddings_request_input_type import (
        CreateEmbeddingsRequestInputType,
    )
    from dodeca_api.models.created_batch_item import CreatedBatchItem
    from dodeca_api.models.document_embedding_option import DocumentEmbeddingOption
    from dodeca_api.models.document_embedding_scope import DocumentEmbeddingScope
    from dodeca_api.models.document_embedding_task import DocumentEmbeddingTask
    from dodeca_api.models.document_embedding_task_metadata import (
        DocumentEmbeddingTaskMetadata,
    )
    from dodeca_api.models.document_input_request import DocumentInputRequest
    from dodeca_api.models.document_segmentation import DocumentSegmentation
    from dodeca_api.models.document_sequential_segmentation import (
        DocumentSequentialSegmentation,
    )
    from dodeca_api.models.document_spatial_segmentation import (
        DocumentSpatialSegmentation,
    )
    from dodeca_api.models.document_spatial_segmentation_strategy import (
        DocumentSpatialSegmentationStrategy,
    )
    from dodeca_api.models.embed_audio_segment import EmbedAudioSegment
    from dodeca_api.models.embed_input_metadata import EmbedInputMetadata
    from dodeca_api.models.embed_request import EmbedRequest
    from dodeca_api.models.embed_response import EmbedResponse
    from dodeca_api.models.embed_segment import EmbedSegment
    from dodeca_api.models.embed_task_create_request import EmbedTaskCreateRequest
    from dodeca_api.models.embed_task_created import EmbedTaskCreated
    from dodeca_api.models.embed_task_detail import EmbedTaskDetail
    from dodeca_api.models.embed_task_status_filter import EmbedTaskStatusFilter
    from dodeca_api.models.embed_task_status_response import EmbedTaskStatusResponse
    from dodeca_api.models.embed_video_scope import EmbedVideoScope
    from dodeca_api.models.embedding_audio_metadata import EmbeddingAudioMetadata
    from dodeca_api.models.embedding_data import EmbeddingData
    from dodeca_api.models.embedding_document_metadata import EmbeddingDocumentMetadata
    from dodeca_api.models.embedding_image_metadata import EmbeddingImageMetadata
    from dodeca_api.models.embedding_multi_input_metadata import (
        EmbeddingMultiInputMetadata,
    )
    from dodeca_api.models.embedding_success_response import EmbeddingSuccessResponse
    from dodeca_api.models.embedding_task_error import EmbeddingTaskError
    from dodeca_api.models.embedding_task_response import EmbeddingTaskResponse
    from dodeca_api.models.embedding_text_image_metadata import (
        EmbeddingTextImageMetadata,
    )
    from dodeca_api.models.embedding_usage import EmbeddingUsage
    from dodeca_api.models.embedding_usage_input_tokens import EmbeddingUsageInputTokens
    from dodeca_api.models.embedding_video_metadata import EmbeddingVideoMetadata
    from dodeca_api.models.error_body import ErrorBody
    from dodeca_api.models.error_body_details import ErrorBodyDetails
    from dodeca_api.models.error_response import ErrorResponse
    from dodeca_api.models.event_field import EventField
    from dodeca_api.models.event_field_items import EventFieldItems
    from dodeca_api.models.event_field_items_type import EventFieldItemsType
    from dodeca_api.models.event_field_type import EventFieldType
    from dodeca_api.models.flat_error import FlatError
    from dodeca_api.models.generate_request import GenerateRequest
    from dodeca_api.models.generate_response import GenerateResponse
    from dodeca_api.models.generation_warning import GenerationWarning
    from dodeca_api.models.gist_request import GistRequest
    from dodeca_api.models.gist_response import GistResponse
    from dodeca_api.models.gist_type import GistType
    from dodeca_api.models.highlight_result import HighlightResult
    from dodeca_api.models.hls_info import HlsInfo
    from dodeca_api.models.image_embedding import ImageEmbedding
    from dodeca_api.models.image_embedding_task import ImageEmbeddingTask
    from dodeca_api.models.image_embedding_task_metadata import (
        ImageEmbeddingTaskMetadata,
    )
    from dodeca_api.models.image_input_request import ImageInputRequest
    from dodeca_api.models.import_accepted_video import ImportAcceptedVideo
    from dodeca_api.models.import_created import ImportCreated
    from dodeca_api.models.import_failed_video import ImportFailedVideo
    from dodeca_api.models.import_log import ImportLog
    from dodeca_api.models.import_logs import ImportLogs
    from dodeca_api.models.import_rejected_file import ImportRejectedFile
    from dodeca_api.models.import_request import ImportRequest
    from dodeca_api.models.import_status import ImportStatus
    from dodeca_api.models.import_video_counts import ImportVideoCounts
    from dodeca_api.models.imported_video import ImportedVideo
    from dodeca_api.models.index import Index
    from dodeca_api.models.index_create_request import IndexCreateRequest
    from dodeca_api.models.index_created import IndexCreated
    from dodeca_api.models.index_list import IndexList
    from dodeca_api.models.index_model import IndexModel
    from dodeca_api.models.index_model_option import IndexModelOption
    from dodeca_api.models.index_model_request import IndexModelRequest
    from dodeca_api.models.index_update_request import IndexUpdateRequest
    from dodeca_api.models.indexed_asset import IndexedAsset
    from dodeca_api.models.indexed_asset_create_request import IndexedAssetCreateRequest
    from dodeca_api.models.indexed_asset_created import IndexedAssetCreated
    from dodeca_api.models.indexed_asset_detail import IndexedAssetDetail
    from dodeca_api.models.indexed_asset_list import IndexedAssetList
    from dodeca_api.models.indexed_asset_status_filter import IndexedAssetStatusFilter
    from dodeca_api.models.indexed_video_embedding import IndexedVideoEmbedding
    from dodeca_api.models.json_response_format import JsonResponseFormat
    from dodeca_api.models.media_embedding_task import MediaEmbeddingTask
    from dodeca_api.models.media_embedding_task_list import MediaEmbeddingTaskList
    from dodeca_api.models.media_source import MediaSource
    from dodeca_api.models.model_family import ModelFamily
    from dodeca_api.models.multi_input_media_source import MultiInputMediaSource
    from dodeca_api.models.multi_input_media_source_media_type import (
        MultiInputMediaSourceMediaType,
    )
    from dodeca_api.models.multi_input_request import MultiInputRequest
    from dodeca_api.models.multipart_upload_create_request import (
        MultipartUploadCreateRequest,
    )
    from dodeca_api.models.multipart_upload_created import MultipartUploadCreated
    from dodeca_api.models.multipart_upload_detail import MultipartUploadDetail
    from dodeca_api.models.multipart_upload_list import MultipartUploadList
    from dodeca_api.models.multipart_upload_summary import MultipartUploadSummary
    from dodeca_api.models.multipart_upload_type import MultipartUploadType
    from dodeca_api.models.page_info import PageInfo
    from dodeca_api.models.presigned_url import PresignedUrl
    from dodeca_api.models.presigned_urls import PresignedUrls
    from dodeca_api.models.presigned_urls_request import PresignedUrlsRequest
    from dodeca_api.models.prompt_media_source import PromptMediaSource
    from dodeca_api.models.response_json_schema import ResponseJsonSchema
    from dodeca_api.models.search_clip import SearchClip
    from dodeca_api.models.search_group_by import SearchGroupBy
    from dodeca_api.models.search_operator import SearchOperator
    from dodeca_api.models.search_option import SearchOption
    from dodeca_api.models.search_page_info import SearchPageInfo
    from dodeca_api.models.search_pool import SearchPool
    from dodeca_api.models.search_request import SearchRequest
    from dodeca_api.models.search_result import SearchResult
    from dodeca_api.models.search_results import SearchResults
    from dodeca_api.models.search_sort_option import SearchSortOption
    from dodeca_api.models.search_threshold import SearchThreshold
    from dodeca_api.models.segment_definition import SegmentDefinition
    from dodeca_api.models.segment_field import SegmentField
    from dodeca_api.models.segment_field_items import SegmentFieldItems
    from dodeca_api.models.segment_field_items_type import SegmentFieldItemsType
    from dodeca_api.models.segment_field_type import SegmentFieldType
    from dodeca_api.models.sort_by import SortBy
    from dodeca_api.models.sort_order import SortOrder
    from dodeca_api.models.stream_end_event import StreamEndEvent
    from dodeca_api.models.stream_end_metadata import StreamEndMetadata
    from dodeca_api.models.stream_metadata import StreamMetadata
    from dodeca_api.models.stream_start_event import StreamStartEvent
    from dodeca_api.models.summarize_request import SummarizeRequest
    from dodeca_api.models.summarize_type import SummarizeType
    from dodeca_api.models.summary_result import SummaryResult
    from dodeca_api.models.task import Task
    from dodeca_api.models.task_create_request import TaskCreateRequest
    from dodeca_api.models.task_created import TaskCreated
    from dodeca_api.models.task_detail import TaskDetail
    from dodeca_api.models.task_list import TaskList
    from dodeca_api.models.task_status_filter import TaskStatusFilter
    from dodeca_api.models.task_system_metadata import TaskSystemMetadata
    from dodeca_api.models.tasks_create_response import TasksCreateResponse
    from dodeca_api.models.tasks_create_response_metadata import (
        TasksCreateResponseMetadata,
    )
    from dodeca_api.models.technical_metadata import TechnicalMetadata
    from dodeca_api.models.temporal_segmentation import TemporalSegmentation
    from dodeca_api.models.text_embedding import TextEmbedding
    from dodeca_api.models.text_generation_event import TextGenerationEvent
    from dodeca_api.models.text_image_input_request import TextImageInputRequest
    from dodeca_api.models.text_input_request import TextInputRequest
    from dodeca_api.models.text_truncate import TextTruncate
    from dodeca_api.models.time_based_metadata_entry import TimeBasedMetadataEntry
    from dodeca_api.models.time_format import TimeFormat
    from dodeca_api.models.time_range import TimeRange
    from dodeca_api.models.timed_embedding_scope import TimedEmbeddingScope
    from dodeca_api.models.timed_embedding_type import TimedEmbeddingType
    from dodeca_api.models.token_usage import TokenUsage
    from dodeca_api.models.transcript_segment import TranscriptSegment
    from dodeca_api.models.transcription_option import TranscriptionOption
    from dodeca_api.models.unlisted_object import UnlistedObject
    from dodeca_api.models.upload_chunk import UploadChunk
    from dodeca_api.models.upload_headers import UploadHeaders
    from dodeca_api.models.user_metadata import UserMetadata
    from dodeca_api.models.user_metadata_filter import UserMetadataFilter
    from dodeca_api.models.user_metadata_update import UserMetadataUpdate
    from dodeca_api.models.video import Video
    from dodeca_api.models.video_chapter import VideoChapter
    from dodeca_api.models.video_detail import VideoDetail
    from dodeca_api.models.video_embedding_option import VideoEmbeddingOption
    from dodeca_api.models.video_embedding_result import VideoEmbeddingResult
    from dodeca_api.models.video_embedding_segment import VideoEmbeddingSegment
    from dodeca_api.models.video_embedding_segments import VideoEmbeddingSegments
    from dodeca_api.models.video_embedding_task import VideoEmbeddingTask
    from dodeca_api.models.video_embedding_task_metadata import (
        VideoEmbeddingTaskMetadata,
    )
    from dodeca_api.models.video_highlight import VideoHighlight
    from dodeca_api.models.video_input_request import VideoInputRequest
    from dodeca_api.models.video_input_request_embedding_option_items import (
        VideoInputRequestEmbeddingOptionItems,
    )
    from dodeca_api.models.video_input_request_embedding_scope_items import (
        VideoInputRequestEmbeddingScopeItems,
    )
    from dodeca_api.models.video_list import VideoList
    from dodeca_api.models.video_segmentation_dynamic import VideoSegmentationDynamic
    from dodeca_api.models.video_segmentation_dynamic_options import (
        VideoSegmentationDynamicOptions,
    )
    from dodeca_api.models.video_segmentation_fixed import VideoSegmentationFixed
    from dodeca_api.models.video_segmentation_fixed_options import (
        VideoSegmentationFixedOptions,
    )
    from dodeca_api.models.video_system_metadata import VideoSystemMetadata
    from dodeca_api.models.webhook_delivery import WebhookDelivery
    from dodeca_api.models.webhook_event import WebhookEvent
    from dodeca_api.models.webhook_task import WebhookTask

_MODULES = {
    "AnalysisMode": ".analysis_mode",
    "AnalyzeBatchList": ".analyze_batch_list",
    "AnalyzeBatchStatusResponse": ".analyze_batch_status_response",
    "AnalyzeImage": ".analyze_image",
    "AnalyzePrompt": ".analyze_prompt",
    "AnalyzeRequest": ".analyze_request",
    "AnalyzeResponse": ".analyze_response",
    "AnalyzeSourceMetadata": ".analyze_source_metadata",
    "AnalyzeTask": ".analyze_task",
    "AnalyzeTaskCreateRequest": ".analyze_task_create_request",
    "AnalyzeTaskCreated": ".analyze_task_created",
    "AnalyzeTaskEventField": ".analyze_task_event_field",
    "AnalyzeTaskEventFieldItems": ".analyze_task_event_field_items",
    "AnalyzeTaskField": ".analyze_task_field",
    "AnalyzeTaskFieldItems": ".analyze_task_field_items",
    "AnalyzeTaskFormat": ".analyze_task_format",
    "AnalyzeTaskList": ".analyze_task_list",
    "AnalyzeTaskMediaSource": ".analyze_task_media_source",
    "AnalyzeTaskParams": ".analyze_task_params",
    "AnalyzeTaskPrompt": ".analyze_task_prompt",
    "AnalyzeTaskResponseFormat": ".analyze_task_response_format",
    "AnalyzeTaskResponseFormatType": ".analyze_task_response_format_type",
    "AnalyzeTaskResult": ".analyze_task_result",
    "AnalyzeTaskSegmentDefinition": ".analyze_task_segment_definition",
    "AnalyzeTaskStatusFilter": ".analyze_task_status_filter",
    "AnalyzeTaskVideoSource": ".analyze_task_video_source",
    "AnalyzeVideoAsset": ".analyze_video_asset",
    "AnalyzeVideoBase64String": ".analyze_video_base_64_string",
    "AnalyzeVideoUrl": ".analyze_video_url",
    "Asset": ".asset",
    "AssetCreateRequest": ".asset_create_request",
    "AssetDetail": ".asset_detail",
    "AssetError": ".asset_error",
    "AssetHls": ".asset_hls",
    "AssetList": ".asset_list",
    "AssetSource": ".asset_source",
    "AssetSourceDetails": ".asset_source_details",
    "AssetThumbnail": ".asset_thumbnail",
    "AssetTypeFilter": ".asset_type_filter",
    "AssetUploadMethod": ".asset_upload_method",
    "AsyncAudioInputRequest": ".async_audio_input_request",
    "AsyncImageInputRequest": ".async_image_input_request",
    "AsyncVideoInputRequest": ".async_video_input_request",
    "AudioEmbedding": ".audio_embedding",
    "AudioEmbeddingTask": ".audio_embedding_task",
    "AudioEmbeddingTaskMetadata": ".audio_embedding_task_metadata",
    "AudioInputRequest": ".audio_input_request",
    "AudioInputRequestEmbeddingOptionItems": ".audio_input_request_embedding_option_items",
    "AudioInputRequestEmbeddingScopeItems": ".audio_input_request_embedding_scope_items",
    "AudioSegmentation": ".audio_segmentation",
    "AudioSegmentationFixed": ".audio_segmentation_fixed",
    "BatchDefaults": ".batch_defaults",
    "BatchItemError": ".batch_item_error",
    "BatchItemRequest": ".batch_item_request",
    "BatchPrompt": ".batch_prompt",
    "BatchResultItem": ".batch_result_item",
    "BatchStatusFilter": ".batch_status_filter",
    "BatchVideoContext": ".batch_video_context",
    "CancelAnalyzeTaskResponse": ".cancel_analyze_task_response",
    "ChapterResult": ".chapter_result",
    "ChunkReport": ".chunk_report",
    "ChunkReportRequest": ".chunk_report_request",
    "CompletedChunk": ".completed_chunk",
    "CreateAnalyzeBatchRequest": ".create_analyze_batch_request",
    "CreateAnalyzeBatchResponse": ".create_analyze_batch_response",
    "CreateAsyncEmbeddingRequest": ".create_async_embedding_request",
    "CreateAsyncEmbeddingRequestInputType": ".create_async_embedding_request_input_type",
    "CreateEmbeddingsRequest": ".create_embeddings_request",
    "CreateEmbeddingsRequestInputType": ".create_embeddings_request_input_type",
    "CreatedBatchItem": ".created_batch_item",
    "DocumentEmbeddingOption": ".document_embedding_option",
    "DocumentEmbeddingScope": ".document_embedding_scope",
    "DocumentEmbeddingTask": ".document_embedding_task",
    "DocumentEmbeddingTaskMetadata": ".document_embedding_task_metadata",
    "DocumentInputRequest": ".document_input_request",
    "DocumentSegmentation": ".document_segmentation",
    "DocumentSequentialSegmentation": ".document_sequential_segmentation",
    "DocumentSpatialSegmentation": ".document_spatial_segmentation",
    "DocumentSpatialSegmentationStrategy": ".document_spatial_segmentation_strategy",
    "EmbedAudioSegment": ".embed_audio_segment",
    "EmbedInputMetadata": ".embed_input_metadata",
    "EmbedRequest": ".embed_request",
    "EmbedResponse": ".embed_response",
    "EmbedSegment": ".embed_segment",
    "EmbedTaskCreateRequest": ".embed_task_create_request",
    "EmbedTaskCreated": ".embed_task_created",
    "EmbedTaskDetail": ".embed_task_detail",
    "EmbedTaskStatusFilter": ".embed_task_status_filter",
    "EmbedTaskStatusResponse": ".embed_task_status_response",
    "EmbedVideoScope": ".embed_video_scope",
    "EmbeddingAudioMetadata": ".embedding_audio_metadata",
    "EmbeddingData": ".embedding_data",
    "EmbeddingDocumentMetadata": ".embedding_document_metadata",
    "EmbeddingImageMetadata": ".embedding_image_metadata",
    "EmbeddingMultiInputMetadata": ".embedding_multi_input_metadata",
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
    "EventField": ".event_field",
    "EventFieldItems": ".event_field_items",
    "EventFieldItemsType": ".event_field_items_type",
    "EventFieldType": ".event_field_type",
    "FlatError": ".flat_error",
    "GenerateRequest": ".generate_request",
    "GenerateResponse": ".generate_response",
    "GenerationWarning": ".generation_warning",
    "GistRequest": ".gist_request",
    "GistResponse": ".gist_response",
    "GistType": ".gist_type",
    "HighlightResult": ".highlight_result",
    "HlsInfo": ".hls_info",
    "ImageEmbedding": ".image_embedding",
    "ImageEmbeddingTask": ".image_embedding_task",
    "ImageEmbeddingTaskMetadata": ".image_embedding_task_metadata",
    "ImageInputRequest": ".image_input_request",
    "ImportAcceptedVideo": ".import_accepted_video",
    "ImportCreated": ".import_created",
    "ImportFailedVideo": ".import_failed_video",
    "ImportLog": ".import_log",
    "ImportLogs": ".import_logs",
    "ImportRejectedFile": ".import_rejected_file",
    "ImportRequest": ".import_request",
    "ImportStatus": ".import_status",
    "ImportVideoCounts": ".import_video_counts",
    "ImportedVideo": ".imported_video",
    "Index": ".index",
    "IndexCreateRequest": ".index_create_request",
    "IndexCreated": ".index_created",
    "IndexList": ".index_list",
    "IndexModel": ".index_model",
    "IndexModelOption": ".index_model_option",
    "IndexModelRequest": ".index_model_request",
    "IndexUpdateRequest": ".index_update_request",
    "IndexedAsset": ".indexed_asset",
    "IndexedAssetCreateRequest": ".indexed_asset_create_request",
    "IndexedAssetCreated": ".indexed_asset_created",
    "IndexedAssetDetail": ".indexed_asset_detail",
    "IndexedAssetList": ".indexed_asset_list",
    "IndexedAssetStatusFilter": ".indexed_asset_status_filter",
    "IndexedVideoEmbedding": ".indexed_video_embedding",
    "JsonResponseFormat": ".json_response_format",
    "MediaEmbeddingTask": ".media_embedding_task",
    "MediaEmbeddingTaskList": ".media_embedding_task_list",
    "MediaSource": ".media_source",
    "ModelFamily": ".model_family",
    "MultiInputMediaSource": ".multi_input_media_source",
    "MultiInputMediaSourceMediaType": ".multi_input_media_source_media_type",
    "MultiInputRequest": ".multi_input_request",
    "MultipartUploadCreateRequest": ".multipart_upload_create_request",
    "MultipartUploadCreated": ".multipart_upload_created",
    "MultipartUploadDetail": ".multipart_upload_detail",
    "MultipartUploadList": ".multipart_upload_list",
    "MultipartUploadSummary": ".multipart_upload_summary",
    "MultipartUploadType": ".multipart_upload_type",
    "PageInfo": ".page_info",
    "PresignedUrl": ".presigned_url",
    "PresignedUrls": ".presigned_urls",
    "PresignedUrlsRequest": ".presigned_urls_request",
    "PromptMediaSource": ".prompt_media_source",
    "ResponseJsonSchema": ".response_json_schema",
    "SearchClip": ".search_clip",
    "SearchGroupBy": ".search_group_by",
    "SearchOperator": ".search_operator",
    "SearchOption": ".search_option",
    "SearchPageInfo": ".search_page_info",
    "SearchPool": ".search_pool",
    "SearchRequest": ".search_request",
    "SearchResult": ".search_result",
    "SearchResults": ".search_results",
    "SearchSortOption": ".search_sort_option",
    "SearchThreshold": ".search_threshold",
    "SegmentDefinition": ".segment_definition",
    "SegmentField": ".segment_field",
    "SegmentFieldItems": ".segment_field_items",
    "SegmentFieldItemsType": ".segment_field_items_type",
    "SegmentFieldType": ".segment_field_type",
    "SortBy": ".sort_by",
    "SortOrder": ".sort_order",
    "StreamEndEvent": ".stream_end_event",
    "StreamEndMetadata": ".stream_end_metadata",
    "StreamMetadata": ".stream_metadata",
    "StreamStartEvent": ".stream_start_event",
    "SummarizeRequest": ".summarize_request",
    "SummarizeType": ".summarize_type",
    "SummaryResult": ".summary_result",
    "Task": ".task",
    "TaskCreateRequest": ".task_create_request",
    "TaskCreated": ".task_created",
    "TaskDetail": ".task_detail",
    "TaskList": ".task_list",
    "TaskStatusFilter": ".task_status_filter",
    "TaskSystemMetadata": ".task_system_metadata",
    "TasksCreateResponse": ".tasks_create_response",
    "TasksCreateResponseMetadata": ".tasks_create_response_metadata",
    "TechnicalMetadata": ".technical_metadata",
    "TemporalSegmentation": ".temporal_segmentation",
    "TextEmbedding": ".text_embedding",
    "TextGenerationEvent": ".text_generation_event",
    "TextImageInputRequest": ".text_image_input_request",
    "TextInputRequest": ".text_input_request",
    "TextTruncate": ".text_truncate",
    "TimeBasedMetadataEntry": ".time_based_metadata_entry",
    "TimeFormat": ".time_format",
    "TimeRange": ".time_range",
    "TimedEmbeddingScope": ".timed_embedding_scope",
    "TimedEmbeddingType": ".timed_embedding_type",
    "TokenUsage": ".token_usage",
    "TranscriptSegment": ".transcript_segment",
    "TranscriptionOption": ".transcription_option",
    "UnlistedObject": ".unlisted_object",
    "UploadChunk": ".upload_chunk",
    "UploadHeaders": ".upload_headers",
    "UserMetadata": ".user_metadata",
    "UserMetadataFilter": ".user_metadata_filter",
    "UserMetadataUpdate": ".user_metadata_update",
    "Video": ".video",
    "VideoChapter": ".video_chapter",
    "VideoDetail": ".video_detail",
    "VideoEmbeddingOption": ".video_embedding_option",
    "VideoEmbeddingResult": ".video_embedding_result",
    "VideoEmbeddingSegment": ".video_embedding_segment",
    "VideoEmbeddingSegments": ".video_embedding_segments",
    "VideoEmbeddingTask": ".video_embedding_task",
    "VideoEmbeddingTaskMetadata": ".video_embedding_task_metadata",
    "VideoHighlight": ".video_highlight",
    "VideoInputRequest": ".video_input_request",
    "VideoInputRequestEmbeddingOptionItems": ".video_input_request_embedding_option_items",
    "VideoInputRequestEmbeddingScopeItems": ".video_input_request_embedding_scope_items",
    "VideoList": ".video_list",
    "VideoSegmentationDynamic": ".video_segmentation_dynamic",
    "VideoSegmentationDynamicOptions": ".video_segmentation_dynamic_options",
    "VideoSegmentationFixed": ".video_segmentation_fixed",
    "VideoSegmentationFixedOptions": ".video_segmentation_fixed_options",
    "VideoSystemMetadata": ".video_system_metadata",
    "WebhookDelivery": ".webhook_delivery",
    "WebhookEvent": ".webhook_event",
    "WebhookTask": ".webhook_task",
}

__all__ = (
    "AnalysisMode",
    "AnalyzeBatchList",
    "AnalyzeBatchStatusResponse",
    "AnalyzeImage",
    "AnalyzePrompt",
    "AnalyzeRequest",
    "AnalyzeResponse",
    "AnalyzeSourceMetadata",
    "AnalyzeTask",
    "AnalyzeTaskCreated",
    "AnalyzeTaskCreateRequest",
    "AnalyzeTaskEventField",
    "AnalyzeTaskEventFieldItems",
    "AnalyzeTaskField",
    "AnalyzeTaskFieldItems",
    "AnalyzeTaskFormat",
    "AnalyzeTaskList",
    "AnalyzeTaskMediaSource",
    "AnalyzeTaskParams",
    "AnalyzeTaskPrompt",
    "AnalyzeTaskResponseFormat",
    "AnalyzeTaskResponseFormatType",
    "AnalyzeTaskResult",
    "AnalyzeTaskSegmentDefinition",
    "AnalyzeTaskStatusFilter",
    "AnalyzeTaskVideoSource",
    "AnalyzeVideoAsset",
    "AnalyzeVideoBase64String",
    "AnalyzeVideoUrl",
    "Asset",
    "AssetCreateRequest",
    "AssetDetail",
    "AssetError",
    "AssetHls",
    "AssetList",
    "AssetSource",
    "AssetSourceDetails",
    "AssetThumbnail",
    "AssetTypeFilter",
    "AssetUploadMethod",
    "AsyncAudioInputRequest",
    "AsyncImageInputRequest",
    "AsyncVideoInputRequest",
    "AudioEmbedding",
    "AudioEmbeddingTask",
    "AudioEmbeddingTaskMetadata",
    "AudioInputRequest",
    "AudioInputRequestEmbeddingOptionItems",
    "AudioInputRequestEmbeddingScopeItems",
    "AudioSegmentation",
    "AudioSegmentationFixed",
    "BatchDefaults",
    "BatchItemError",
    "BatchItemRequest",
    "BatchPrompt",
    "BatchResultItem",
    "BatchStatusFilter",
    "BatchVideoContext",
    "CancelAnalyzeTaskResponse",
    "ChapterResult",
    "ChunkReport",
    "ChunkReportRequest",
    "CompletedChunk",
    "CreateAnalyzeBatchRequest",
    "CreateAnalyzeBatchResponse",
    "CreateAsyncEmbeddingRequest",
    "CreateAsyncEmbeddingRequestInputType",
    "CreatedBatchItem",
    "CreateEmbeddingsRequest",
    "CreateEmbeddingsRequestInputType",
    "DocumentEmbeddingOption",
    "DocumentEmbeddingScope",
    "DocumentEmbeddingTask",
    "DocumentEmbeddingTaskMetadata",
    "DocumentInputRequest",
    "DocumentSegmentation",
    "DocumentSequentialSegmentation",
    "DocumentSpatialSegmentation",
    "DocumentSpatialSegmentationStrategy",
    "EmbedAudioSegment",
    "EmbeddingAudioMetadata",
    "EmbeddingData",
    "EmbeddingDocumentMetadata",
    "EmbeddingImageMetadata",
    "EmbeddingMultiInputMetadata",
    "EmbeddingSuccessResponse",
    "EmbeddingTaskError",
    "EmbeddingTaskResponse",
    "EmbeddingTextImageMetadata",
    "EmbeddingUsage",
    "EmbeddingUsageInputTokens",
    "EmbeddingVideoMetadata",
    "EmbedInputMetadata",
    "EmbedRequest",
    "EmbedResponse",
    "EmbedSegment",
    "EmbedTaskCreated",
    "EmbedTaskCreateRequest",
    "EmbedTaskDetail",
    "EmbedTaskStatusFilter",
    "EmbedTaskStatusResponse",
    "EmbedVideoScope",
    "ErrorBody",
    "ErrorBodyDetails",
    "ErrorResponse",
    "EventField",
    "EventFieldItems",
    "EventFieldItemsType",
    "EventFieldType",
    "FlatError",
    "GenerateRequest",
    "GenerateResponse",
    "GenerationWarning",
    "GistRequest",
    "GistResponse",
    "GistType",
    "HighlightResult",
    "HlsInfo",
    "ImageEmbedding",
    "ImageEmbeddingTask",
    "ImageEmbeddingTaskMetadata",
    "ImageInputRequest",
    "ImportAcceptedVideo",
    "ImportCreated",
    "ImportedVideo",
    "ImportFailedVideo",
    "ImportLog",
    "ImportLogs",
    "ImportRejectedFile",
    "ImportRequest",
    "ImportStatus",
    "ImportVideoCounts",
    "Index",
    "IndexCreated",
    "IndexCreateRequest",
    "IndexedAsset",
    "IndexedAssetCreated",
    "IndexedAssetCreateRequest",
    "IndexedAssetDetail",
    "IndexedAssetList",
    "IndexedAssetStatusFilter",
    "IndexedVideoEmbedding",
    "IndexList",
    "IndexModel",
    "IndexModelOption",
    "IndexModelRequest",
    "IndexUpdateRequest",
    "JsonResponseFormat",
    "MediaEmbeddingTask",
    "MediaEmbeddingTaskList",
    "MediaSource",
    "ModelFamily",
    "MultiInputMediaSource",
    "MultiInputMediaSourceMediaType",
    "MultiInputRequest",
    "MultipartUploadCreated",
    "MultipartUploadCreateRequest",
    "MultipartUploadDetail",
    "MultipartUploadList",
    "MultipartUploadSummary",
    "MultipartUploadType",
    "PageInfo",
    "PresignedUrl",
    "PresignedUrls",
    "PresignedUrlsRequest",
    "PromptMediaSource",
    "ResponseJsonSchema",
    "SearchClip",
    "SearchGroupBy",
    "SearchOperator",
    "SearchOption",
    "SearchPageInfo",
    "SearchPool",
    "SearchRequest",
    "SearchResult",
    "SearchResults",
    "SearchSortOption",
    "SearchThreshold",
    "SegmentDefinition",
    "SegmentField",
    "SegmentFieldItems",
    "SegmentFieldItemsType",
    "SegmentFieldType",
    "SortBy",
    "SortOrder",
    "StreamEndEvent",
    "StreamEndMetadata",
    "StreamMetadata",
    "StreamStartEvent",
    "SummarizeRequest",
    "SummarizeType",
    "SummaryResult",
    "Task",
    "TaskCreated",
    "TaskCreateRequest",
    "TaskDetail",
    "TaskList",
    "TasksCreateResponse",
    "TasksCreateResponseMetadata",
    "TaskStatusFilter",
    "TaskSystemMetadata",
    "TechnicalMetadata",
    "TemporalSegmentation",
    "TextEmbedding",
    "TextGenerationEvent",
    "TextImageInputRequest",
    "TextInputRequest",
    "TextTruncate",
    "TimeBasedMetadataEntry",
    "TimedEmbeddingScope",
    "TimedEmbeddingType",
    "TimeFormat",
    "TimeRange",
    "TokenUsage",
    "TranscriptionOption",
    "TranscriptSegment",
    "UnlistedObject",
    "UploadChunk",
    "UploadHeaders",
    "UserMetadata",
    "UserMetadataFilter",
    "UserMetadataUpdate",
    "Video",
    "VideoChapter",
    "VideoDetail",
    "VideoEmbeddingOption",
    "VideoEmbeddingResult",
    "VideoEmbeddingSegment",
    "VideoEmbeddingSegments",
    "VideoEmbeddingTask",
    "VideoEmbeddingTaskMetadata",
    "VideoHighlight",
    "VideoInputRequest",
    "VideoInputRequestEmbeddingOptionItems",
    "VideoInputRequestEmbeddingScopeItems",
    "VideoList",
    "VideoSegmentationDynamic",
    "VideoSegmentationDynamicOptions",
    "VideoSegmentationFixed",
    "VideoSegmentationFixedOptions",
    "VideoSystemMetadata",
    "WebhookDelivery",
    "WebhookEvent",
    "WebhookTask",
)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_MODULES[name], __name__), name)
    return found


def __dir__() -> list[str]:
    return list(__all__)

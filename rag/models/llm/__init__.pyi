from .discovery import AvailableModel as AvailableModel
from .discovery import available_models as available_models
from .registry import LanguageModels as LanguageModels
from .setting import is_loopback_name as is_loopback_name
from .setting import open_llm as open_llm
from .timeouts import Timeouts as Timeouts
from .timeouts import stream_with_timeouts as stream_with_timeouts

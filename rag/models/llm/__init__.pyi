from .discovery import Offer as Offer
from .discovery import offers as offers
from .language_model import is_here as is_here
from .language_model import open_llm as open_llm
from .registry import LanguageModels as LanguageModels
from .timeouts import Patience as Patience
from .timeouts import spoken as spoken

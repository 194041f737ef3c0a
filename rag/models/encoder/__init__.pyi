from .encoder import SentenceEncoder as SentenceEncoder
from .encoder import bundled_folder as bundled_folder

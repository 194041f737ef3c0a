from .checking import SourceSentence as SourceSentence
from .checking import verify as verify

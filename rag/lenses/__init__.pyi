from . import dense as dense
from . import generations as generations
from . import lexical as lexical
from .dense import DenseLens as DenseLens
from .generations import VerifiedFile as VerifiedFile
from .generations import verified_folder as verified_folder
from .lexical import LexicalLens as LexicalLens
from .shards import shards_of as shards_of

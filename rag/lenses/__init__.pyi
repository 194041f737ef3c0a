from . import dense as dense
from . import generations as generations
from . import lexical as lexical
from .dense import DenseLens as DenseLens
from .generations import Seen as Seen
from .generations import sealed as sealed
from .lexical import LexicalLens as LexicalLens
from .shards import parts_of as parts_of

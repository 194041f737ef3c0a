from .hybrid import Lenses as Lenses
from .hybrid import Retrieved as Retrieved
from .hybrid import open_lenses as open_lenses
from .hybrid import retrieve as retrieve
from .hybrid import search as search
from .rewriting import StandAlone as StandAlone
from .rewriting import stand_alone as stand_alone

from .builder import build as build
from .builder import create_empty_index as create_empty_index
from .builder import made_by_this_reader as made_by_this_reader
from .builder import rebuild_lenses as rebuild_lenses
from .builder import recipe_of as recipe_of
from .originals import leftover_originals as leftover_originals
from .plan import FolderChanges as FolderChanges
from .plan import compare_folder as compare_folder

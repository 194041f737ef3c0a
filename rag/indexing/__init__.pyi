from .builder import begin as begin
from .builder import build as build
from .builder import heal as heal
from .builder import recipe_of as recipe_of
from .chunk import chunk_document as chunk_document

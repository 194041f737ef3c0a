from .generate import Task as Task
from .generate import rewritten as rewritten
from .generate import write as write
from .writer import Writer as Writer

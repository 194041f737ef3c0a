from .generate import GenerationTask as GenerationTask
from .generate import generate_answer as generate_answer
from .generate import rewrite_with_model as rewrite_with_model
from .generator import AnswerGenerator as AnswerGenerator

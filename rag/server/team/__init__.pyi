from .serve import serve_collections as serve_collections
from .serve import team_application as team_application

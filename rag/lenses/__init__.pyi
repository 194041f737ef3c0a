from .folder import LensFolder as LensFolder

from .folder import Collection as Collection
from .folder import CollectionFolder as CollectionFolder
from .folder import names_in as names_in
from .joined import JoinedAssistant as JoinedAssistant
from .joined import JoinedViewer as JoinedViewer
from .opened import OpenCollections as OpenCollections
from .opened import delete_collection as delete_collection

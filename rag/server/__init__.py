"""Server: the page for the browser, and the API for programs.

Floor 8. The web server is loaded when a page is served. This room does not know how an answer is made.
"""

import lazy_loader

__all__ = [
    "HeaderSignOn",
    "OpenIdSignOn",
    "check_sign_on",
    "launch",
    "launch_collections",
    "launch_processes",
    "read_users",
    "users_file_line",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)

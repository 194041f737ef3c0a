from .launch import launch as launch
from .launch import launch_collections as launch_collections
from .launch import launch_processes as launch_processes
from .sign_on import HeaderSignOn as HeaderSignOn
from .sign_on import OpenIdSignOn as OpenIdSignOn
from .sign_on import check_sign_on as check_sign_on
from .users import read_users as read_users
from .users import users_file_line as users_file_line

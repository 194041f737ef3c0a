from .launch import launch as launch
from .launch import launch_collections as launch_collections
from .users import read_users as read_users
from .users import users_file_line as users_file_line

from .launch import launch as launch
from .users import read_users as read_users
from .users import users_file_line as users_file_line

from .auth import read_users as read_users
from .auth import users_file_line as users_file_line
from .launch import launch as launch

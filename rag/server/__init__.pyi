from .auth import line_for as line_for
from .auth import read_users as read_users
from .launch import launch as launch

"""What `manage.py demo` brings: places, people, and a first order to try."""

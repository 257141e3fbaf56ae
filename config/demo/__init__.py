"""What `manage.py demo` brings: places, people, causes to give to, and a first order to try."""

from importlib import import_module

from django.apps import AppConfig


class CountingConfig(AppConfig):
    name = "bench.counting"
    label = "counting"

    def ready(self) -> None:
        import_module("bench.counting.handlers")  # registers them

from django.apps import AppConfig


class CountingConfig(AppConfig):
    name = "bench.counting"
    label = "counting"

    def ready(self) -> None:
        from bench.counting import handlers  # noqa: F401 - registers

from django.apps import AppConfig


class AcceleratorConfig(AppConfig):
    name = "accelerator"
    verbose_name = "Accelerator"

    def ready(self) -> None:
        from accelerator import checks  # noqa: F401, PLC0415 - registers the system checks once apps are loaded

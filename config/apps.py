from django.apps import AppConfig


class DeployableConfig(AppConfig):
    name = "config"
    label = "deployable"

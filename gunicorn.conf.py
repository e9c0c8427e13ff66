"""gunicorn reads this file from the folder in which it starts."""

logger_class = "accelerator.web_log.WebLogger"

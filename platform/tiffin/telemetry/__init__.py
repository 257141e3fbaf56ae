"""What the running platform says about itself: log lines and numbers."""

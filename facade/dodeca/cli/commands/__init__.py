"""The commands of `dodeca`, one module for each."""

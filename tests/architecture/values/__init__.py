"""Every value of `template.yaml`, stated a second time in tables to read at once."""

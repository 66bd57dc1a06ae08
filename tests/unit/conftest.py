from hypothesis import settings

# A busy machine is no reason to fail.
settings.register_profile("autocrm", deadline=None, max_examples=60)
settings.load_profile("autocrm")

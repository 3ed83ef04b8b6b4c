"""The shipped configs: plain YAML, see `towhee_recsys.config.load_config`."""

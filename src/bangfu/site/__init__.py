"""The composition root: settings, addresses, navigation, panels and jobs of the apps."""

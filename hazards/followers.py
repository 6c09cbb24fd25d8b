"""Where the apps above have their say after cases moved, whatever the door: filled from AppConfig.ready of those apps.

The hazards never import upwards.
"""

# (events) -> None; runs inside the transaction of `record_all`, after rows and events were written. The case of each
# event is the row as it stands now.
after_record: list = []

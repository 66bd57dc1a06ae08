"""Every value of `template.yaml`, stated a second time in tables to read at once."""

from .alarms import ALARMS
from .functions import FUNCTIONS
from .globals import GLOBALS
from .parameters import CONDITIONS, OUTPUTS, PARAMETERS, RULES
from .resources import RESOURCES

EXPECTED = {
    "Parameters": PARAMETERS,
    "Rules": RULES,
    "Conditions": CONDITIONS,
    "Globals": GLOBALS,
    "Resources": {**RESOURCES, **FUNCTIONS, **ALARMS},
    "Outputs": OUTPUTS,
}

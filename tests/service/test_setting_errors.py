"""Variables that look like settings but are none are pointed out."""

from service.setting_errors import unknown_variables

SETTINGS = ["max_comments", "port"]


def test_unknown_variable_is_pointed_out() -> None:
    """A misspelt variable is named, together with the setting that is likely meant, if there is one."""
    environ = {"TIPSTAFF_MAX_COMENTS": "5", "TIPSTAFF_XYZZY": "1", "TIPSTAFF_PORT": "1", "PATH": "/bin"}

    assert unknown_variables(environ, settings=SETTINGS) == [
        "TIPSTAFF_MAX_COMENTS is no setting and has no effect; did you mean TIPSTAFF_MAX_COMMENTS?",
        "TIPSTAFF_XYZZY is no setting and has no effect",
    ]


def test_service_links_of_kubernetes_are_passed_over() -> None:
    """The variables that Kubernetes sets for a Service called tipstaff are not pointed out."""
    environ = {
        "TIPSTAFF_PORT": "tcp://10.0.0.1:8000",
        "TIPSTAFF_SERVICE_HOST": "10.0.0.1",
        "TIPSTAFF_SERVICE_PORT": "8000",
        "TIPSTAFF_SERVICE_PORT_HTTP": "8000",
        "TIPSTAFF_PORT_8000_TCP": "tcp://10.0.0.1:8000",
        "TIPSTAFF_PORT_8000_TCP_ADDR": "10.0.0.1",
    }

    assert unknown_variables(environ, settings=SETTINGS) == []

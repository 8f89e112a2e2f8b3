"""Fuzzers that fail in ways that a supervisor has to notice; run by name in a process of their own."""

import os
import signal

from fuzz.campaign import Campaign


def behave(campaign: Campaign) -> None:
    while campaign.goes_on():
        campaign.begin(b"fine")


def report_one(campaign: Campaign) -> None:
    while campaign.goes_on():
        campaign.begin(b"bad", suffix=".txt")
        if campaign.tally.inputs == 3:
            campaign.report("not kept: a promise", "seen", b"bad", suffix=".txt")


def die_at_five(campaign: Campaign) -> None:
    while campaign.goes_on():
        campaign.begin(b"input %d" % (campaign.tally.inputs + 1), suffix=".txt")
        if campaign.tally.inputs == 5:
            os.kill(os.getpid(), signal.SIGSEGV)


def fail_itself(campaign: Campaign) -> None:
    campaign.begin(b"fine")
    raise LookupError("the fuzzer cannot go on")

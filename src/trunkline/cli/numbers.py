"""`trunkline numbers`: list, buy, import, change and release numbers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption, place_of

if TYPE_CHECKING:
    from trunkline.cli.twilio_api import TwilioApi

__all__ = ["app"]

FriendlyName: TypeAlias = Annotated[str | None, typer.Option(metavar="TEXT", help="A name for it.")]
SmsUrl: TypeAlias = Annotated[
    str | None, typer.Option(metavar="URL", help="Requested when a message comes in.")
]
SmsMethod: TypeAlias = Annotated[
    str | None, typer.Option(metavar="GET|POST", help="How that is requested; else POST.")
]
SmsFallbackUrl: TypeAlias = Annotated[
    str | None, typer.Option(metavar="URL", help="Requested when the SMS URL fails.")
]
VoiceUrl: TypeAlias = Annotated[
    str | None, typer.Option(metavar="URL", help="Requested when a call comes in.")
]
StatusCallback: TypeAlias = Annotated[
    str | None, typer.Option(metavar="URL", help="Told when a call ends.")
]
Which: TypeAlias = Annotated[
    str, typer.Argument(metavar="NUMBER|SID", help="A number of the account, or its SID.")
]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def numbers(
    context: typer.Context,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List, buy, import, change and release numbers of the world's first account.

    Without a subcommand, the numbers are listed.

        $ trunkline numbers
          number        name            type      can            messages go to
          +14155550100  (415) 555-0100  local     voice sms mms  POST https://api.example.com/sms
          +18005550100  (800) 555-0100  tollfree  voice sms mms  —
    """
    context.obj = Place(data, world, as_json)
    if context.invoked_subcommand is None:
        list_numbers(context)


@app.command("list")
def list_numbers(
    context: typer.Context,
    contains: Annotated[
        str | None,
        typer.Option(metavar="DIGITS", help="Only with these digits; * is any one: 415555*"),
    ] = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the account's numbers, the newest first, and then its short codes."""
    from trunkline.cli.find_number import owned_numbers, owned_short_codes
    from trunkline.cli.show import plain, print_json, table
    from trunkline.cli.show_number import capabilities_of, messages_go_to

    place, api = _api(context, data, world, as_json)
    found = [*owned_numbers(api, contains), *owned_short_codes(api, contains)]
    if place.as_json:
        print_json({"numbers": found})
        return
    rows = [
        [
            number["phone_number"],
            plain(number["friendly_name"]),
            number["type"],
            capabilities_of(number),
            plain(messages_go_to(number)),
        ]
        for number in found
    ]
    if rows:
        table(["number", "name", "type", "can", "messages go to"], rows)
    else:
        print("The account has no such number." if contains else "The account has no number.")


@app.command()
def buy(
    context: typer.Context,
    number: Annotated[
        str | None, typer.Argument(help="The number to buy, in E.164.", show_default=False)
    ] = None,
    area_code: Annotated[
        str | None, typer.Option(metavar="NNN", help="Any of this area code.")
    ] = None,
    contains: Annotated[
        str | None,
        typer.Option(metavar="PATTERN", help="Any with these digits or letters; * is any one."),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--type", metavar="local|toll-free", help="Any of this type.")
    ] = None,
    country: Annotated[
        str, typer.Option(metavar="CC", help="ISO country of the number; the US, for now.")
    ] = "US",
    friendly_name: FriendlyName = None,
    sms_url: SmsUrl = None,
    sms_method: SmsMethod = None,
    sms_fallback_url: SmsFallbackUrl = None,
    voice_url: VoiceUrl = None,
    status_callback: StatusCallback = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Buy a number: this one, or any that fits.

    $ trunkline numbers buy +14155550142
    +14155550142  PN01a1fd6ba1d11b17b7ef707a3a93871a
    $ trunkline numbers buy --area-code 206 --sms-url https://api.example.com/sms
    +12067350418  PN01a1fd6ba6a9af010a9d3388be4cb910
    $ trunkline numbers buy --type toll-free --contains TAXI
    """
    from trunkline.cli.find_number import buy_any, buy_number, type_path
    from trunkline.cli.show import print_json

    wanted = {"AreaCode": area_code, "Contains": contains}
    if number is not None and (any(wanted.values()) or kind):
        raise Failure("Name a number, or what it is to be like, and not both.")
    if number is None and not any(wanted.values()) and not kind:
        raise Failure("Say what to buy: a number, --area-code, --contains or --type.")
    place, api = _api(context, data, world, as_json)
    settings = _settings(
        friendly_name, sms_url, sms_method, sms_fallback_url, voice_url, status_callback
    )
    if number is not None:
        bought = buy_number(api, {"PhoneNumber": number} | settings)
    else:
        bought = buy_any(api, country, type_path(kind), wanted, settings)
    if place.as_json:
        print_json(bought)
    else:
        print(f"{bought['phone_number']}  {bought['sid']}")


@app.command("import")
def import_numbers(
    context: typer.Context,
    numbers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NUMBER", help="Numbers of yours in E.164, of any country; or short codes."
        ),
    ] = None,
    csv: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Or a CSV file of them, - for standard input."),
    ] = None,
    country: Annotated[
        str | None,
        typer.Option(metavar="CC", help="ISO country where short codes work, e.g. US."),
    ] = None,
    capabilities: Annotated[
        str | None,
        typer.Option(metavar="LIST", help="What they can do: voice,sms,mms; else all of it."),
    ] = None,
    simulated: Annotated[
        bool,
        typer.Option(
            "--simulated", help="Take numbers that no country gives out.", show_default=False
        ),
    ] = False,
    friendly_name: FriendlyName = None,
    sms_url: SmsUrl = None,
    sms_method: SmsMethod = None,
    sms_fallback_url: SmsFallbackUrl = None,
    voice_url: VoiceUrl = None,
    status_callback: StatusCallback = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import numbers that are not for sale: yours, ported or a carrier's.

    What the account owns already is said and left alone, so that a file can be imported again. A
    row that is refused is told by its line, and the others are imported; the exit code is 1 then.
    The first line of a file names its columns, of which `number` has to be there: `number`,
    `country`, `friendly_name`, `sms_url`, `sms_method`, `sms_fallback_url`, `sms_fallback_method`,
    `sms_application_sid`, `voice_url`, `voice_method`, `voice_fallback_url`,
    `voice_fallback_method`, `voice_application_sid`, `status_callback`, `status_callback_method`,
    `capabilities`. What an option says is for rows that do not say it.

        $ trunkline numbers import +493012345678 --sms-url https://api.example.com/sms
        +493012345678     imported       PN01a1fd6ba1d11b17b7ef707a3a93871a
        $ trunkline numbers import --csv numbers.csv
        +493012345678     owned already  PN01a1fd6ba1d11b17b7ef707a3a93871a
        +4915123456789    imported       PN01a1fd6bb0c44e9a7d21a11be1b2c4d6
        line 4: '+49' is no number in E.164, e.g. +493012345678.
        1 imported, 1 owned already, 1 refused
        $ trunkline numbers import 12345 --country US --sms-url https://api.example.com/sms
        12345             imported       SC01a1fd6ba6a9af010a9d3388be4cb910
    """
    from trunkline.cli.client import Control
    from trunkline.cli.import_numbers import ImportNumbers, Wanted, wanted_in_file

    if bool(numbers) == (csv is not None):
        raise Failure("Name numbers, or a file with --csv.")
    place = place_of(context, data, world, as_json)
    defaults = {
        "friendly_name": friendly_name,
        "sms_url": sms_url,
        "sms_method": sms_method,
        "sms_fallback_url": sms_fallback_url,
        "voice_url": voice_url,
        "status_callback": status_callback,
        "capabilities": capabilities,
        "country": country,
    }
    given = {name: value for name, value in defaults.items() if value is not None}
    wanted = wanted_in_file(csv) if csv is not None else (Wanted(n) for n in numbers or ())
    control = Control(place.data, place.world)
    run = ImportNumbers(control, given, simulated=simulated, as_json=place.as_json)
    if not run(wanted):
        raise typer.Exit(1)


@app.command()
def show(
    context: typer.Context,
    which: Which,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a number: what it can do, and what is requested when.

    $ trunkline numbers show +14155550100
    +14155550100  PN01a1fd4e72df43f433f39e9655d181db
      name            (415) 555-0100
      type            local
      can             voice sms mms
      account         AC01a1fd4e72df43f433f39e9655d181db
      messages go to  POST https://api.example.com/sms
      or, failing it  —
      calls go to     —
      calls' status   —
      since           Sat, 21 Nov 2026 09:24:11 +0000
    """
    from trunkline.cli.find_number import owned
    from trunkline.cli.show import print_json
    from trunkline.cli.show_number import print_number

    place, api = _api(context, data, world, as_json)
    found = owned(api, which)
    if place.as_json:
        print_json(found)
    else:
        print_number(found)


@app.command("set")
def set_number(
    context: typer.Context,
    which: Which,
    friendly_name: FriendlyName = None,
    sms_url: SmsUrl = None,
    sms_method: SmsMethod = None,
    sms_fallback_url: SmsFallbackUrl = None,
    voice_url: VoiceUrl = None,
    status_callback: StatusCallback = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change a number's settings. What is not named stays; an empty URL clears.

    $ trunkline numbers set +14155550100 --sms-url http://127.0.0.1:3000/sms
    $ trunkline numbers set +14155550100 --sms-url ""
    """
    from trunkline.cli.find_number import as_number, number_path, owned
    from trunkline.cli.show import print_json
    from trunkline.cli.show_number import print_number

    changes = _settings(
        friendly_name, sms_url, sms_method, sms_fallback_url, voice_url, status_callback
    )
    if not changes:
        raise Failure("Say what to set, e.g. --sms-url http://127.0.0.1:3000/sms: see --help.")
    place, api = _api(context, data, world, as_json)
    sid = owned(api, which)["sid"]
    if sid.startswith("SC") and not changes.keys().isdisjoint(("VoiceUrl", "StatusCallback")):
        raise Failure("A short code takes no calls: leave out what is requested for them.")
    found = as_number(api.post(number_path(api, sid), changes))
    if place.as_json:
        print_json(found)
    else:
        print_number(found)


@app.command()
def release(
    context: typer.Context,
    which: Annotated[
        list[str], typer.Argument(metavar="NUMBER|SID", help="Numbers of the account, or SIDs.")
    ],
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask.", show_default=False)
    ] = False,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give numbers back. Messages that they sent and received stay.

    A terminal is asked before; anything else has to say `--yes`.

        $ trunkline numbers release +14155550142
        Release +14155550142? [y/N]: y
        +14155550142 is released.
    """
    from trunkline.cli.client import Control
    from trunkline.cli.find_number import number_path, owned
    from trunkline.cli.show import print_json

    place, api = _api(context, data, world, as_json)
    found = list(
        {number["sid"]: number for number in (owned(api, each) for each in which)}.values()
    )
    named = ", ".join(number["phone_number"] for number in found)
    if not yes:
        if not sys.stdin.isatty():
            raise Failure(f"Say --yes to release {named}: nobody is there to be asked.")
        if not typer.confirm(f"Release {named}?", err=True):
            raise Failure("Nothing was released.")
    released: list[str] = []
    try:
        for number in found:
            if number["sid"].startswith("SC"):
                Control(place.data, place.world).call("DELETE", f"/numbers/{number['short_code']}")
            else:
                api.delete(number_path(api, number["sid"]))
            released.append(number["phone_number"])
            if not place.as_json:
                print(f"{number['phone_number']} is released.")
    finally:
        if place.as_json:
            print_json({"released": released})


def _settings(
    friendly_name: str | None,
    sms_url: str | None,
    sms_method: str | None,
    sms_fallback_url: str | None,
    voice_url: str | None,
    status_callback: str | None,
) -> dict[str, str]:
    asked = {
        "FriendlyName": friendly_name,
        "SmsUrl": sms_url,
        "SmsMethod": sms_method,
        "SmsFallbackUrl": sms_fallback_url,
        "VoiceUrl": voice_url,
        "StatusCallback": status_callback,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _api(
    context: typer.Context, data: Any, world: str | None, as_json: bool
) -> tuple[Place, TwilioApi]:
    from trunkline.cli.client import Control
    from trunkline.cli.twilio_api import TwilioApi

    place = place_of(context, data, world, as_json)
    return place, TwilioApi(Control(place.data, place.world))

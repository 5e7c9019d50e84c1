"""Area codes of the North American plan: where each is, and a typical place for the large ones.

Facts, written down here rather than computed: libphonenumber's geocoder holds more, at 99 MB.
Only codes that libphonenumber knows as well are listed, so that a number bought here counts as
valid everywhere. Places are city centres with one postal code, for searches to have an answer.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "COUNTRY_OF_CODE",
    "LOCAL_CODES",
    "PLACE_OF_CODE",
    "TOLL_FREE_CODES",
    "Place",
]

TOLL_FREE_CODES = ("800", "833", "844", "855", "866", "877", "888")

REGIONS = {
    "AK": "907",
    "AL": "205 251 256 334 659 938",
    "AR": "327 479 501 870",
    "AZ": "480 520 602 623 928",
    "CA": "209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650 "
    "657 661 669 707 714 738 747 760 805 818 820 831 840 858 909 916 925 949 951",
    "CO": "303 719 720 748 970 983",
    "CT": "203 475 860 959",
    "DC": "202 771",
    "DE": "302",
    "FL": "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 "
    "941 954",
    "GA": "229 404 470 478 678 706 762 770 912 943",
    "HI": "808",
    "IA": "319 515 563 641 712",
    "ID": "208 986",
    "IL": "217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 872",
    "IN": "219 260 317 463 574 765 812 930",
    "KS": "316 620 785 913",
    "KY": "270 364 502 606 859",
    "LA": "225 318 337 504 985",
    "MA": "339 351 413 508 617 774 781 857 978",
    "MD": "227 240 301 410 443 667",
    "ME": "207",
    "MI": "231 248 269 313 517 586 616 734 810 906 947 989",
    "MN": "218 320 507 612 651 763 952",
    "MO": "235 314 417 557 573 636 660 816 975",
    "MS": "228 601 662 769",
    "MT": "406",
    "NC": "252 336 472 704 743 828 910 919 980 984",
    "ND": "701",
    "NE": "308 402 531",
    "NH": "603",
    "NJ": "201 551 609 640 732 848 856 862 908 973",
    "NM": "505 575",
    "NV": "702 725 775",
    "NY": "212 315 329 332 347 363 516 518 585 607 631 646 680 716 718 838 845 914 917 929 934",
    "OH": "216 220 234 283 326 330 380 419 440 513 567 614 740 937",
    "OK": "405 539 572 580 918",
    "OR": "458 503 541 971",
    "PA": "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878",
    "RI": "401",
    "SC": "803 821 839 843 854 864",
    "SD": "605",
    "TN": "423 615 629 731 865 901 931",
    "TX": "210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832 "
    "903 915 936 940 945 956 972 979",
    "UT": "385 435 801",
    "VA": "276 434 540 571 686 703 757 804 826 948",
    "VT": "802",
    "WA": "206 253 360 425 509 564",
    "WI": "262 274 353 414 534 608 715 920",
    "WV": "304 681",
    "WY": "307",
}

# The state of each area code of the fifty states and the District of Columbia.
LOCAL_CODES = {code: region for region, codes in REGIONS.items() for code in codes.split()}

# Everybody else behind +1: ISO country and its codes.
COUNTRIES = {
    "AG": "268",
    "AI": "264",
    "AS": "684",
    "BB": "246",
    "BM": "441",
    "BS": "242",
    "CA": "204 226 236 249 250 257 263 273 289 306 343 354 365 367 368 382 403 416 418 428 431 437 "
    "438 450 468 474 506 514 519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 "
    "778 780 782 807 819 825 867 873 879 902 905 942",
    "DM": "767",
    "DO": "809 829 849",
    "GD": "473",
    "GU": "671",
    "JM": "658 876",
    "KN": "869",
    "KY": "345",
    "LC": "758",
    "MP": "670",
    "MS": "664",
    "PR": "787 939",
    "SX": "721",
    "TC": "649",
    "TT": "868",
    "VC": "784",
    "VG": "284",
    "VI": "340",
}
COUNTRY_OF_CODE = {code: country for country, codes in COUNTRIES.items() for code in codes.split()}


@dataclass(frozen=True, slots=True)
class Place:
    """The place that stands for an area code. `lata` is its local access and transport area."""

    locality: str
    rate_center: str
    region: str
    postal_code: str
    latitude: float
    longitude: float
    lata: str


PLACES = {
    "205 659": Place("Birmingham", "BIRMINGHAM", "AL", "35203", 33.5207, -86.8025, "476"),
    "907": Place("Anchorage", "ANCHORAGE", "AK", "99501", 61.2181, -149.9003, "832"),
    "602 480 623": Place("Phoenix", "PHOENIX", "AZ", "85004", 33.4484, -112.0740, "666"),
    "520": Place("Tucson", "TUCSON", "AZ", "85701", 32.2226, -110.9747, "668"),
    "501": Place("Little Rock", "LITTLEROCK", "AR", "72201", 34.7465, -92.2896, "528"),
    "415 628": Place("San Francisco", "SNFC CNTRL", "CA", "94103", 37.7749, -122.4194, "722"),
    "510 341": Place("Oakland", "OAKLAND", "CA", "94612", 37.8044, -122.2712, "722"),
    "408 669": Place("San Jose", "SAN JOSE", "CA", "95113", 37.3382, -121.8863, "722"),
    "650": Place("Palo Alto", "PALO ALTO", "CA", "94301", 37.4419, -122.1430, "722"),
    "213 323 738": Place("Los Angeles", "LOSANGELES", "CA", "90012", 34.0522, -118.2437, "730"),
    "310 424": Place("Santa Monica", "SANTA MNCA", "CA", "90401", 34.0195, -118.4912, "730"),
    "562": Place("Long Beach", "LONG BEACH", "CA", "90802", 33.7701, -118.1937, "730"),
    "626": Place("Pasadena", "PASADENA", "CA", "91101", 34.1478, -118.1445, "730"),
    "714 657": Place("Anaheim", "ANAHEIM", "CA", "92805", 33.8366, -117.9143, "730"),
    "619": Place("San Diego", "SAN DIEGO", "CA", "92101", 32.7157, -117.1611, "732"),
    "916 279": Place("Sacramento", "SACRAMENTO", "CA", "95814", 38.5816, -121.4944, "726"),
    "559": Place("Fresno", "FRESNO", "CA", "93721", 36.7378, -119.7871, "728"),
    "303 720": Place("Denver", "DENVER", "CO", "80202", 39.7392, -104.9903, "656"),
    "719": Place("Colorado Springs", "COLORDOSPG", "CO", "80903", 38.8339, -104.8214, "658"),
    "860": Place("Hartford", "HARTFORD", "CT", "06103", 41.7658, -72.6734, "920"),
    "203": Place("New Haven", "NEW HAVEN", "CT", "06510", 41.3083, -72.9279, "920"),
    "202 771": Place("Washington", "WASHINGTON", "DC", "20001", 38.9072, -77.0369, "236"),
    "305 786": Place("Miami", "MIAMI", "FL", "33130", 25.7617, -80.1918, "460"),
    "954 754": Place("Fort Lauderdale", "FTLAUDERDL", "FL", "33301", 26.1224, -80.1373, "460"),
    "407 689": Place("Orlando", "ORLANDO", "FL", "32801", 28.5383, -81.3792, "458"),
    "813 656": Place("Tampa", "TAMPA", "FL", "33602", 27.9506, -82.4572, "952"),
    "904": Place("Jacksonville", "JACKSONVL", "FL", "32202", 30.3322, -81.6557, "452"),
    "404 470 678": Place("Atlanta", "ATLANTA", "GA", "30303", 33.7490, -84.3880, "438"),
    "808": Place("Honolulu", "HONOLULU", "HI", "96813", 21.3069, -157.8583, "834"),
    "208 986": Place("Boise", "BOISE", "ID", "83702", 43.6150, -116.2023, "652"),
    "312 773 872": Place("Chicago", "CHICAGO", "IL", "60602", 41.8781, -87.6298, "358"),
    "317 463": Place("Indianapolis", "INDIANAPLS", "IN", "46204", 39.7684, -86.1581, "336"),
    "515": Place("Des Moines", "DES MOINES", "IA", "50309", 41.5868, -93.6250, "632"),
    "316": Place("Wichita", "WICHITA", "KS", "67202", 37.6872, -97.3301, "532"),
    "502": Place("Louisville", "LOUISVILLE", "KY", "40202", 38.2527, -85.7585, "462"),
    "504": Place("New Orleans", "NEWORLEANS", "LA", "70112", 29.9511, -90.0715, "490"),
    "225": Place("Baton Rouge", "BATONROUGE", "LA", "70801", 30.4515, -91.1871, "492"),
    "207": Place("Portland", "PORTLAND", "ME", "04101", 43.6591, -70.2568, "120"),
    "410 443 667": Place("Baltimore", "BALTIMORE", "MD", "21202", 39.2904, -76.6122, "238"),
    "617 857": Place("Boston", "BOSTON", "MA", "02108", 42.3601, -71.0589, "128"),
    "313": Place("Detroit", "DETROIT", "MI", "48226", 42.3314, -83.0458, "340"),
    "616": Place("Grand Rapids", "GRANDRAPDS", "MI", "49503", 42.9634, -85.6681, "348"),
    "612": Place("Minneapolis", "MINNEAPOLS", "MN", "55401", 44.9778, -93.2650, "628"),
    "651": Place("Saint Paul", "ST PAUL", "MN", "55101", 44.9537, -93.0900, "628"),
    "601 769": Place("Jackson", "JACKSON", "MS", "39201", 32.2988, -90.1848, "482"),
    "816 975": Place("Kansas City", "KANSASCITY", "MO", "64106", 39.0997, -94.5786, "524"),
    "314 557": Place("Saint Louis", "ST LOUIS", "MO", "63101", 38.6270, -90.1994, "520"),
    "406": Place("Billings", "BILLINGS", "MT", "59101", 45.7833, -108.5007, "650"),
    "402 531": Place("Omaha", "OMAHA", "NE", "68102", 41.2565, -95.9345, "644"),
    "702 725": Place("Las Vegas", "LAS VEGAS", "NV", "89101", 36.1699, -115.1398, "721"),
    "775": Place("Reno", "RENO", "NV", "89501", 39.5296, -119.8138, "720"),
    "603": Place("Manchester", "MANCHESTER", "NH", "03101", 42.9956, -71.4548, "122"),
    "973 862": Place("Newark", "NEWARK", "NJ", "07102", 40.7357, -74.1724, "224"),
    "201 551": Place("Jersey City", "JERSEYCITY", "NJ", "07302", 40.7178, -74.0431, "224"),
    "505": Place("Albuquerque", "ALBUQUERQE", "NM", "87102", 35.0844, -106.6504, "664"),
    "212 332 646 917": Place("New York", "NWYRCYZN01", "NY", "10007", 40.7128, -74.0060, "132"),
    "718 347 929": Place("Brooklyn", "NWYRCYZN04", "NY", "11201", 40.6782, -73.9442, "132"),
    "716": Place("Buffalo", "BUFFALO", "NY", "14202", 42.8864, -78.8784, "140"),
    "585": Place("Rochester", "ROCHESTER", "NY", "14604", 43.1566, -77.6088, "974"),
    "704 980": Place("Charlotte", "CHARLOTTE", "NC", "28202", 35.2271, -80.8431, "422"),
    "919 984": Place("Raleigh", "RALEIGH", "NC", "27601", 35.7796, -78.6382, "426"),
    "701": Place("Fargo", "FARGO", "ND", "58102", 46.8772, -96.7898, "636"),
    "216": Place("Cleveland", "CLEVELAND", "OH", "44113", 41.4993, -81.6944, "320"),
    "614 380": Place("Columbus", "COLUMBUS", "OH", "43215", 39.9612, -82.9988, "324"),
    "513 283": Place("Cincinnati", "CINCINNATI", "OH", "45202", 39.1031, -84.5120, "922"),
    "405 572": Place("Oklahoma City", "OKLA CITY", "OK", "73102", 35.4676, -97.5164, "536"),
    "918 539": Place("Tulsa", "TULSA", "OK", "74103", 36.1540, -95.9928, "538"),
    "503 971": Place("Portland", "PORTLAND", "OR", "97204", 45.5152, -122.6784, "672"),
    "215 267 445": Place("Philadelphia", "PHLADELPHA", "PA", "19107", 39.9526, -75.1652, "228"),
    "412": Place("Pittsburgh", "PITTSBURGH", "PA", "15222", 40.4406, -79.9959, "234"),
    "401": Place("Providence", "PROVIDENCE", "RI", "02903", 41.8240, -71.4128, "130"),
    "803": Place("Columbia", "COLUMBIA", "SC", "29201", 34.0007, -81.0348, "434"),
    "605": Place("Sioux Falls", "SIOUXFALLS", "SD", "57104", 43.5446, -96.7311, "640"),
    "615 629": Place("Nashville", "NASHVILLE", "TN", "37201", 36.1627, -86.7816, "470"),
    "901": Place("Memphis", "MEMPHIS", "TN", "38103", 35.1495, -90.0490, "468"),
    "214 469 972 945": Place("Dallas", "DALLAS", "TX", "75201", 32.7767, -96.7970, "552"),
    "817 682": Place("Fort Worth", "FORT WORTH", "TX", "76102", 32.7555, -97.3308, "552"),
    "713 281 346 832": Place("Houston", "HOUSTON", "TX", "77002", 29.7604, -95.3698, "560"),
    "512 737": Place("Austin", "AUSTIN", "TX", "78701", 30.2672, -97.7431, "558"),
    "210 726": Place("San Antonio", "SANANTONIO", "TX", "78205", 29.4241, -98.4936, "566"),
    "915": Place("El Paso", "EL PASO", "TX", "79901", 31.7619, -106.4850, "540"),
    "801 385": Place("Salt Lake City", "SALT LAKE", "UT", "84101", 40.7608, -111.8910, "660"),
    "802": Place("Burlington", "BURLINGTON", "VT", "05401", 44.4759, -73.2121, "124"),
    "804 686": Place("Richmond", "RICHMOND", "VA", "23219", 37.5407, -77.4360, "248"),
    "757 948": Place("Virginia Beach", "VABEACH", "VA", "23451", 36.8529, -75.9780, "252"),
    "206": Place("Seattle", "SEATTLE", "WA", "98101", 47.6062, -122.3321, "674"),
    "253": Place("Tacoma", "TACOMA", "WA", "98402", 47.2529, -122.4443, "674"),
    "509": Place("Spokane", "SPOKANE", "WA", "99201", 47.6588, -117.4260, "676"),
    "304 681": Place("Charleston", "CHARLESTON", "WV", "25301", 38.3498, -81.6326, "256"),
    "414": Place("Milwaukee", "MILWAUKEE", "WI", "53202", 43.0389, -87.9065, "356"),
    "608 353": Place("Madison", "MADISON", "WI", "53703", 43.0731, -89.4012, "354"),
    "307": Place("Cheyenne", "CHEYENNE", "WY", "82001", 41.1400, -104.8202, "654"),
}
PLACE_OF_CODE = {code: place for codes, place in PLACES.items() for code in codes.split()}

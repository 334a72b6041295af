//! What the figures mean, in plain Dutch: shown beside them.

/// Path of a figure in the answer, and what it means.
pub const DEFINITIONS: &[(&str, &str)] = &[
    (
        "admissions.admissions",
        "Toelatingen in de periode. Wie terugkomt telt opnieuw, want er begint een nieuwe deelname-periode.",
    ),
    ("admissions.re_entries", "Toelatingen van iemand die al eerder deelnam."),
    (
        "admissions.participants",
        "Iedereen die op minstens één dag van de periode toegelaten was. Elke deelnemer telt één keer.",
    ),
    (
        "families.families",
        "Gezinnen die op minstens één dag van de periode deelnamen. Elk gezin telt één keer.",
    ),
    (
        "families.children",
        "Alle kinderen van die gezinnen, in welke klas ze ook zitten. Wie voor de periode uit het gezin ging, telt niet; wie er tijdens of na ging wel. Een kind van wie de gegevens gewist zijn, blijft tellen.",
    ),
    (
        "families.children_in_focus",
        "Kinderen in een klas waarvoor het programma er in de eerste plaats is, zoals laatst genoteerd.",
    ),
    (
        "standing.running",
        "Trajecten die op het einde van de laatste dag lopen. Een traject dat op die dag eindigt, loopt niet meer.",
    ),
    (
        "standing.running_weighted",
        "Dezelfde trajecten, elk met het gewicht van hun nieuwste match volgens het programma. Zonder bekend gewicht telt een traject als 1.",
    ),
    (
        "standing.capacity_min",
        "Som van het laagste aantal plaatsen van alle medewerkers van wie de capaciteit op de laatste dag geldt.",
    ),
    (
        "standing.capacity_max",
        "Som van het hoogste aantal plaatsen van alle medewerkers van wie de capaciteit op de laatste dag geldt.",
    ),
    (
        "standing.running_max",
        "Hoeveel trajecten er volgens het programma hoogstens tegelijk mogen lopen. Dat is iets anders dan de capaciteit.",
    ),
    (
        "matches.confirmed",
        "Matches die in de periode bevestigd werden, ook als iemand een traject van een ander overneemt.",
    ),
    ("matches.overridden", "Matches met een andere begeleider dan de eerste van het voorstel."),
    ("matches.over_capacity", "Matches boven de capaciteit van de begeleider."),
    (
        "matches.waiting_to_match",
        "Kalenderdagen van de aanmelding tot de eerste match, voor wie zijn eerste match in de periode kreeg.",
    ),
    (
        "contacts.reached",
        "Contacten waarbij iemand gesproken of ontmoet werd. Geschrapte contacten tellen nergens mee.",
    ),
    ("contacts.tried", "Pogingen tot contact waarbij niemand bereikt werd."),
    (
        "contacts.share_with_participant",
        "Minuten met de deelnemer op alle minuten, pogingen inbegrepen. De regel vraagt 60 procent met de deelnemer en 40 procent overleg en voorbereiding.",
    ),
    (
        "contacts.intensity",
        "Contacten waarbij iemand bereikt werd, per traject dat op minstens één dag van de periode liep.",
    ),
    (
        "duties.due",
        "Opvolgingen en metingen waarvan de dag in de periode valt, met wat er tot nu toe van geworden is: op tijd, te laat, gemist of nog open.",
    ),
    ("measures", "Metingen in de periode, per instrument."),
    ("exits.exits", "Trajecten waarvan de laatste dag in de periode valt."),
    (
        "exits.lead_time",
        "Kalenderdagen van de eerste tot de laatste dag van de trajecten die in de periode eindigden.",
    ),
    (
        "indicators.denominators",
        "Een aandeel hangt af van waarop je het berekent. Daarom staat het aantal naast elke mogelijke noemer, met wat elk streefcijfer daarvan vraagt, niet afgerond.",
    ),
    ("budgets", "Goedgekeurde begrotingen voor de jaren van de periode."),
];

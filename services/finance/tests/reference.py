"""Budgets computed a second time, with Python's exact decimals: an independent reference for the arithmetic of finance.

Reads one budget a line from standard input and writes one line of figures for each; `tests/it/reference.rs` writes the input, and
compares. Written from the README of finance and the rules of the funder, not from the Rust code. Only the standard library.

Fields of a budget are separated by `;`, items by blanks, parts of an item by `,`:
  method,parameter,rounding  level,percent,home,shared  years  component,maximum,source:percent[:b],...
  component,partner,kind,wage,hours   component,source,amount,stated,basis   contribution   (`-` where nothing is said)
"""

import sys
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, getcontext

getcontext().prec = 100
CENT = Decimal("0.01")
HUNDRED = Decimal(100)


def apportion(total, weights):
    """Largest remainder; equal remainders go to the larger weight, then to the earlier one. Whole cents throughout."""
    cents = int(total * 100)
    parts = [int(weight * 100) for weight in weights]
    whole = sum(parts)
    if whole == 0:
        return [Decimal("0.00")] * len(parts) if cents == 0 else []
    shares = [cents * part // whole for part in parts]
    order = sorted(range(len(parts)), key=lambda i: (-(cents * parts[i] % whole), -parts[i], i))
    for place in order[: cents - sum(shares)]:
        shares[place] += 1
    return [Decimal(share).scaleb(-2) for share in shares]


def total_of(amounts):
    return sum(amounts, Decimal("0.00"))


def show(amount):
    return str(amount.quantize(CENT))


def compute(line):
    method, flat, years, components, lines, funding, contributions = line.split(";")
    method, parameter, rounding = method.split(",")
    level, percent, home, shared = flat.split(",")
    mode = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}[rounding]
    parameter, percent, years = Decimal(parameter), Decimal(percent), Decimal(years)
    components = [item.split(",") for item in components.split()]
    lines = [item.split(",") for item in lines.split()]
    funding = [item.split(",") for item in funding.split()]
    contributions = [Decimal(item) for item in contributions.split()]
    names = [component[0] for component in components]

    def cents(amount):
        return amount.quantize(CENT, rounding=mode)

    def rate_of(wage):
        if method == "gross_month_factor":
            return wage * parameter
        return wage / parameter if method == "annual_cost" else wage

    priced = []
    for component, partner, kind, wage, hours in lines:
        rate = cents(rate_of(Decimal(wage)))
        priced.append((component, partner, kind, rate, cents(rate * Decimal(hours)), Decimal(wage), Decimal(hours)))

    costs = {name: [item[4] for item in priced if item[0] == name] for name in names}
    staff = {name: total_of(costs[name]) for name in names}

    def on_top(cost):
        return cents(cost * percent / HUNDRED)

    levels = {
        "line": [total_of(on_top(cost) for cost in costs[name]) for name in names],
        "component": [on_top(staff[name]) for name in names],
        "project": apportion(on_top(total_of(staff.values())), list(staff.values())),
    }
    flat_rate = dict(zip(names, levels[level]))
    total = {name: staff[name] + flat_rate[name] for name in names}
    paid = {name: total_of(Decimal(item[2]) for item in funding if item[0] == name) for name in names}

    out = [" ".join(f"{show(item[3])},{show(item[4])}" for item in priced)]
    out.append(" ".join(f"{show(staff[n])},{show(flat_rate[n])},{show(total[n])}" for n in names))
    out.append(" ".join(show(total_of(levels[name])) for name in ("line", "component", "project")))
    out.append(" ".join(show(paid[name] - total[name]) for name in names) + " " +
               show(total_of(paid.values()) - total_of(total.values())))

    if method == "annual_cost":
        out.append("-")
    else:
        effects = []
        for name in names:
            exact = sum((rate_of(item[5]) * item[6] for item in priced if item[0] == name), Decimal(0))
            effect = total[name] - exact * (1 + percent / HUNDRED)
            effects.append(format(effect.normalize(), "f") if effect else "0")
        out.append(" ".join(effects))

    if home == "-":
        out.append("-")
    else:
        wages = {}
        for item in priced:
            if item[2] == "civil_society":
                wages[item[1]] = wages.get(item[1], Decimal(0)) + item[4]
        out.append(" ".join(
            f"{partner},{show(cents(cost * Decimal(home) / HUNDRED))},{show(cents(cost * Decimal(shared) / HUNDRED))}"
            for partner, cost in sorted(wages.items())))

    local = total_of(Decimal(item[2]) for item in funding if item[1] == "local")
    out.append(" ".join(show(part) for part in apportion(local, contributions)))

    found = []
    if contributions and total_of(contributions) != local:
        found.append(("municipal-sum", abs(total_of(contributions) - local)))
    for _, _, amount, stated, _ in funding:
        if stated != "-" and Decimal(stated) != Decimal(amount):
            found.append(("text-against-form", abs(Decimal(stated) - Decimal(amount))))
    other = total_of(levels["component" if level == "project" else "project"])
    if other != total_of(levels[level]):
        found.append(("flat-rate-level", abs(other - total_of(levels[level]))))
    for name, maximum, *shares in components:
        shares = [share.split(":") for share in shares]
        by_cost = True
        for source, share, *balancing in sorted(shares, key=lambda item: len(item)):
            entered = [item for item in funding if item[0] == name and item[1] == source]
            if not entered:
                continue
            amount, basis = Decimal(entered[0][2]), entered[0][4]
            of_cost = cents(total[name] * Decimal(share) / HUNDRED)
            of_maximum = None if maximum == "-" else cents(Decimal(maximum) * Decimal(share) / (HUNDRED * years))
            if basis == "-":
                if balancing:
                    basis = "cost" if by_cost else "agreed"
                elif amount == of_cost:
                    basis = "cost"
                else:
                    basis = "yearly_maximum" if amount == of_maximum else "agreed"
            by_cost = by_cost and basis == "cost"
            expected = {"cost": of_cost, "yearly_maximum": of_maximum, "agreed": None}[basis]
            if expected is not None and expected != amount:
                found.append((f"{name}-share", abs(expected - amount)))
    out.append(" ".join(f"{code},{show(amount)}" for code, amount in found))
    return ";".join(out)


for budget in sys.stdin:
    print(compute(budget.rstrip("\n")))

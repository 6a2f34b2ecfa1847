"""The checker of the chaos runs, on journals made by hand: it sees each kind of fault, and none where there is none."""

import pytest

from bench.chaos.checker import CANCELLATION, CART, PURCHASE, RETURN, Accepted, Findings, check

JAN, EWA = "jan@example.com", "ewa@example.com"


def request(path, body, *, applied=True, answer=None):
    return {"path": path, "body": body, "applied": applied, "answer": answer}


def upsert(*numbers, email=JAN, **more):
    body = {"contact": {"email": email}, "properties": {f"seq_{number}": "1" for number in numbers}}
    return request("/api/contact/upsert", body, **more)


def batch(people, **more):
    items = [
        {"contact": {"email": email}, "properties": {f"seq_{number}": "1"}}
        for email, number in people.items()
    ]
    return request("/api/contact/batchupsert", {"upsertDetails": items}, **more)


def purchase(*references, **more):
    events = [{"email": JAN, "contactEvent": {"externalId": reference}} for reference in references]
    return request("/api/v2/contact/addBatchContactExtEvent", {"events": events}, **more)


def cart(number, *, verb="add", reference="cart-1", **more):
    event = {"externalId": reference, "products": f"item-{number}"}
    return request(f"/api/v2/contact/{verb}ContactExtEvent", {"contactEvent": event}, **more)


def contacts(*numbers, email=JAN):
    return [Accepted(email, number) for number in numbers]


@pytest.mark.parametrize(
    "journal",
    [
        [upsert(1), upsert(2), upsert(3)],
        [upsert(1), upsert(1), upsert(2), upsert(2), upsert(3)],
        [upsert(1, 2, 3)],
        [upsert(1), upsert(1, 2), upsert(3)],
        [upsert(1, applied=False), upsert(1), upsert(2), upsert(3)],
        [batch({JAN: 1}), batch({JAN: 2}, answer={"contactIds": {JAN: "c-1"}}), upsert(3)],
        [upsert(1), upsert(2), upsert(1, email=EWA), upsert(3)],
    ],
)
def test_what_arrives_in_order_is_found_to_be_right(journal):
    assert check(contacts(1, 2, 3), journal) == Findings()


def test_what_was_never_applied_is_lost():
    journal = [upsert(1), upsert(2, applied=False)]

    assert check(contacts(1, 2), journal) == Findings(lost=[f"{JAN} 2 (contact)"])


def test_a_batch_that_left_somebody_out_did_not_carry_them():
    journal = [batch({JAN: 1, EWA: 1}, answer={"contactIds": {EWA: "c-2"}})]

    findings = check([*contacts(1), *contacts(1, email=EWA)], journal)

    assert findings == Findings(lost=[f"{JAN} 1 (contact)"])


def test_a_later_contact_without_the_data_of_the_earlier_does_not_carry_it():
    assert check(contacts(1, 2), [upsert(2)]) == Findings(lost=[f"{JAN} 1 (contact)"])


def test_an_older_event_after_a_newer_is_out_of_order():
    findings = check(contacts(1, 2, 3), [upsert(1), upsert(3), upsert(2)])

    assert findings == Findings(out_of_order=[f"{JAN} 2 after 3"])


def test_order_is_judged_across_kinds_of_event():
    accepted = [*contacts(2), Accepted(JAN, 1, PURCHASE, "1042")]

    assert check(accepted, [upsert(2), purchase("1042")]) == Findings(out_of_order=[f"{JAN} 1 after 2"])


def test_an_older_event_applied_again_after_a_newer_is_a_stale_re_send():
    assert check(contacts(1, 2), [upsert(1), upsert(2), upsert(1)]) == Findings(stale=[f"{JAN} 1 after 2"])


def test_a_purchase_added_twice_is_a_duplicate():
    accepted = [Accepted(JAN, 1, PURCHASE, "1042"), Accepted(JAN, 2, PURCHASE, "1043")]

    findings = check(accepted, [purchase("1042"), purchase("1042", "1043")])

    assert findings == Findings(duplicates=["order 1042 × 2"])


def test_a_purchase_that_never_arrived_is_lost():
    accepted = [Accepted(JAN, 1, PURCHASE, "1042"), Accepted(JAN, 2, PURCHASE, "1043")]

    findings = check(accepted, [purchase("1042"), purchase("1043", applied=False)])

    assert findings == Findings(lost=[f"{JAN} 2 (purchase)"])


def test_a_purchase_that_a_batch_left_out_is_lost():
    answer = {"createdAmount": 0, "failedAmount": 1, "failedContacts": [JAN]}

    findings = check([Accepted(JAN, 1, PURCHASE, "1042")], [purchase("1042", answer=answer)])

    assert findings == Findings(lost=[f"{JAN} 1 (purchase)"])


def test_a_change_of_a_cart_is_carried_by_a_later_one_and_by_no_other_cart():
    accepted = [Accepted(JAN, 1, CART, "cart-1"), Accepted(JAN, 2, CART, "cart-1")]
    other = [*accepted, Accepted(JAN, 3, CART, "cart-2")]

    assert check(accepted, [cart(2)]) == Findings()
    assert check(accepted, [cart(1), cart(2, verb="update")]) == Findings()
    assert check(accepted, [cart(1)]) == Findings(lost=[f"{JAN} 2 (cart)"])
    assert check(other, [cart(3, reference="cart-2")]) == Findings(
        lost=[f"{JAN} 1 (cart)", f"{JAN} 2 (cart)"]
    )


BOUGHT = Accepted(JAN, 1, PURCHASE, "1042")


def step(kind, *, value=100, number="1042", detail2="", **more):
    event = {"contactExtEventType": kind, "externalId": number, "detail2": detail2 or number, "value": value}
    return request("/api/v2/contact/addContactExtEvent", {"email": JAN, "contactEvent": event}, **more)


def cancellation(place=2, **more):
    return Accepted(JAN, place, CANCELLATION, "1042", **more)


def a_return(place, reference, **more):
    return Accepted(JAN, place, RETURN, reference, **more)


@pytest.mark.parametrize(
    ("accepted", "journal"),
    [
        ([cancellation()], [step("PURCHASE"), step("CANCELLATION")]),
        ([cancellation(), cancellation(3, arrives=False)], [step("PURCHASE"), step("CANCELLATION")]),
        (
            [a_return(2, "R-1"), a_return(3, "R-2"), a_return(4, "R-3", arrives=False)],
            [
                step("PURCHASE"),
                step("RETURN", value=40.5, detail2="R-1"),
                step("RETURN", value=59.5, detail2="R-2"),
            ],
        ),
        (
            [a_return(2, "R-1")],
            [step("PURCHASE"), step("RETURN", applied=False), step("RETURN", detail2="R-1")],
        ),
    ],
)
def test_steps_of_an_order_that_are_right_are_found_to_be(accepted, journal):
    assert check([BOUGHT, *accepted], journal) == Findings()


@pytest.mark.parametrize(
    ("accepted", "journal", "findings"),
    [
        pytest.param(
            [cancellation()],
            [step("CANCELLATION"), step("PURCHASE")],
            Findings(out_of_order=[f"{JAN} 1 after 2"], impossible=["cancellation 1042 before its purchase"]),
            id="a cancellation before its purchase",
        ),
        pytest.param(
            [a_return(2, "R-1")],
            [step("RETURN", detail2="R-1"), step("PURCHASE")],
            Findings(out_of_order=[f"{JAN} 1 after 2"], impossible=["return R-1 before its purchase"]),
            id="a return before its purchase",
        ),
        pytest.param(
            [cancellation(), cancellation(3, arrives=False)],
            [step("PURCHASE"), step("CANCELLATION"), step("CANCELLATION")],
            Findings(duplicates=["cancellation of order 1042 × 2"]),
            id="a cancellation that was told twice and sent twice",
        ),
        pytest.param(
            [a_return(2, "R-1")],
            [step("PURCHASE"), step("RETURN", detail2="R-1"), step("RETURN", detail2="R-1")],
            Findings(duplicates=["return R-1 × 2"]),
            id="a return sent twice",
        ),
        pytest.param(
            [a_return(2, "R-1"), a_return(3, "R-2", arrives=False)],
            [
                step("PURCHASE"),
                step("RETURN", value=60, detail2="R-1"),
                step("RETURN", value=40.01, detail2="R-2"),
            ],
            Findings(impossible=["order 1042: returned 100.01 of 100"]),
            id="more returned than was bought",
        ),
        pytest.param(
            [cancellation(), a_return(3, "R-1", arrives=False)],
            [step("PURCHASE"), step("CANCELLATION"), step("RETURN", value=10, detail2="R-1")],
            Findings(impossible=["order 1042: cancelled and returned"]),
            id="a return of what was cancelled",
        ),
        pytest.param(
            [cancellation()],
            [step("PURCHASE"), step("CANCELLATION", applied=False)],
            Findings(lost=[f"{JAN} 2 (cancellation)"]),
            id="a lost cancellation",
        ),
        pytest.param(
            [a_return(2, "R-1"), a_return(3, "R-2")],
            [step("PURCHASE"), step("RETURN", value=10, detail2="R-2")],
            Findings(lost=[f"{JAN} 2 (return)"]),
            id="a lost return beside one that arrived",
        ),
    ],
)
def test_steps_of_an_order_that_are_wrong_are_found(accepted, journal, findings):
    assert check([BOUGHT, *accepted], journal) == findings


def test_cancellation_of_an_order_that_was_never_placed_is_found():
    nobodys = Accepted(JAN, 1, CANCELLATION, "7", arrives=False)

    findings = check([nobodys], [step("CANCELLATION", number="7")])

    assert findings == Findings(impossible=["cancellation 7 before its purchase"])


def test_what_no_client_was_told_is_accepted_counts_for_nothing():
    assert check(contacts(1), [upsert(1), upsert(2), purchase("9")]) == Findings()

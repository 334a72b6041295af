//! What a finding means for people and what to do, in Dutch.

use super::FindingCode;

/// What people miss when a service stands still.
fn missed(service: &str) -> &'static str {
    match service {
        "intake" => "aanmelden, screenen en opnemen lukt nu niet",
        "reporting" => "cijfers en rapporten zijn nu niet te zien",
        "gateway" => "niemand kan de toepassing openen",
        _ => "wat deze dienst doet, werkt nu niet",
    }
}

impl FindingCode {
    /// What users notice, in Dutch.
    pub fn effect(self, subject: &str) -> String {
        match self {
            Self::ServiceUnreachable => format!("{}; wat bevestigd was, blijft bewaard", missed(subject)),
            Self::OutboxStuck => {
                format!("wat in {subject} gebeurt, komt later aan bij de andere diensten en in de cijfers; niets gaat verloren")
            }
            Self::NoRelayLeader => {
                format!("nieuws uit {subject} blijft liggen tot een exemplaar het verzenden overneemt; niets gaat verloren")
            }
            Self::EventsPendingLong => format!("enkele dossiers zijn in {subject} niet bijgewerkt; de andere wel"),
            Self::EventsParked => {
                format!("de dossiers van deze berichten zijn in {subject} niet bijgewerkt; de andere wel")
            }
            Self::QueueWithoutConsumer => "de dienst van deze wachtrij loopt achter; niets gaat verloren".to_owned(),
            Self::QueueBacklog => "de dienst van deze wachtrij loopt achter; cijfers zijn niet van dit moment".to_owned(),
            Self::UnroutableMessages => "sommige diensten missen nieuws van andere diensten".to_owned(),
            Self::DeadLetters => "enkele dossiers worden later bijgewerkt; niets gaat verloren".to_owned(),
            Self::BrokerUnreachable => {
                "werken gaat door, maar diensten horen niets van elkaar; cijfers blijven staan, niets gaat verloren".to_owned()
            }
            Self::DatabaseNotDurable => "nu niets; bij een stroomonderbreking kan bevestigd werk verdwijnen".to_owned(),
            Self::EpochRaised => {
                format!("{subject} is uit een back-up teruggezet; wat daarna gebeurde kan verschillen van de andere diensten")
            }
            Self::BuildsDiffer => "meestal niets; een nieuwe versie is maar half uitgerold".to_owned(),
            Self::FindingsNotKept => "niets; alleen de geschiedenis van bevindingen heeft nu een gat".to_owned(),
            Self::PodsFailing | Self::TooFewPods => {
                format!("werkt geen enkel exemplaar van {subject} meer: {}; anders gaat het trager", missed(subject))
            }
            Self::RolloutStuck => format!("de vorige versie van {subject} werkt verder; de nieuwe komt er niet"),
            Self::AutoscalerAtMost => format!("{subject} kan trager worden wanneer het drukker wordt"),
            Self::ExportFailed => {
                "de bestanden voor de boekhouding en de fondsen komen later; wat al klaarstond, blijft zoals het was".to_owned()
            }
            Self::JobFailed => {
                "dagelijks werk gaat door; wat deze taak doet, zoals gegevens wissen na hun bewaartermijn, gebeurt later".to_owned()
            }
            Self::ExportMissed => {
                "de boekhouding en de fondsen wachten op bestanden van ingediende declaraties; er gaat niets verloren".to_owned()
            }
            Self::ClusterUnreachable => {
                "niets: wat draait, draait verder; maar wat uitvalt, wordt nu misschien niet vervangen".to_owned()
            }
        }
    }

    /// What to do, in Dutch; a command where there is one.
    pub fn action(self, subject: &str) -> String {
        match self {
            Self::ServiceUnreachable => {
                format!("kijk met `bondgenoot status` wat er nog antwoordt, lees het logboek van {subject} en start de dienst opnieuw")
            }
            Self::OutboxStuck => {
                format!("kijk met `bondgenoot status` of de berichtendienst werkt; zo ja, lees het logboek van {subject}")
            }
            Self::NoRelayLeader => format!("kijk met `bondgenoot status` of elk exemplaar van {subject} in de instellingen staat; start {subject} opnieuw"),
            Self::EventsPendingLong => {
                format!("kijk of de dienst waarop gewacht wordt verzendt (`bondgenoot status`); `bondgenoot reconcile` toont wat {subject} mist")
            }
            Self::EventsParked => {
                format!("`bondgenoot queue parked {subject}` toont de berichten en waarom; na de oplossing `bondgenoot queue redrive {subject} --all`")
            }
            Self::QueueWithoutConsumer => "kijk met `bondgenoot status` of de dienst van deze wachtrij draait; een herstart maakt de wachtrij opnieuw".to_owned(),
            Self::QueueBacklog => "volg met `bondgenoot status` of het aantal daalt; zo niet, lees het logboek van de dienst".to_owned(),
            Self::UnroutableMessages => {
                "start de dienst die de berichten verstuurt opnieuw: dat herstelt de binding; daarna `bondgenoot reconcile --repair`".to_owned()
            }
            Self::DeadLetters => "ze gaan vanzelf terug; blijven ze staan, lees het logboek van de dienst van deze wachtrij".to_owned(),
            Self::BrokerUnreachable => "kijk of de berichtendienst (RabbitMQ) draait en bereikbaar is; daarna `bondgenoot status`".to_owned(),
            Self::DatabaseNotDurable => {
                format!("zet fsync, synchronous_commit en full_page_writes aan in de databank van {subject}")
            }
            Self::EpochRaised => "`bondgenoot reconcile --repair` toont en herstelt de verschillen; deze bevinding sluit als er geen meer zijn".to_owned(),
            Self::BuildsDiffer => "rond de uitrol af of draai hem terug; `bondgenoot status` toont de versie van elke dienst".to_owned(),
            Self::FindingsNotKept => "kijk of de databank van operations bereikbaar is; de bewaking zelf werkt verder".to_owned(),
            Self::PodsFailing => {
                format!("`kubectl describe pod` en `kubectl logs --previous` van {subject} zeggen waarom; draai een nieuwe versie terug met `helm rollback`")
            }
            Self::TooFewPods => {
                format!("`kubectl get events` zegt of er plaats is voor {subject}: knooppunten, quota, of een schema dat nog ontbreekt (`wait-for-schema`)")
            }
            Self::RolloutStuck => format!("`kubectl rollout status` en de logboeken van {subject} zeggen waarom; anders `helm rollback`"),
            Self::AutoscalerAtMost => format!("verhoog `{subject}.autoscaling.maxReplicas`, of kijk waarom het zo druk is"),
            Self::ExportFailed => {
                format!("lees het logboek van de job van {subject}; start daarna de export opnieuw: gemiste perioden worden ingehaald")
            }
            Self::JobFailed => {
                format!("lees het logboek van de job van {subject}; de volgende uitvoering haalt in wat bleef liggen")
            }
            Self::ExportMissed => {
                format!("hervat de planning {subject} als ze uitgezet is, of start de export nu: alles wat wacht, wordt ingehaald")
            }
            Self::ClusterUnreachable => "kijk of de API-server van Kubernetes antwoordt en of operations er bij mag (netwerkbeleid, serviceaccount)".to_owned(),
        }
    }
}

/// A number of seconds for people: `45 seconden`, `12 minuten`, `3 uur`.
pub(super) fn duration(seconds: i64) -> String {
    match seconds {
        1 => "1 seconde".to_owned(),
        ..120 => format!("{seconds} seconden"),
        120..7200 => format!("{} minuten", seconds / 60),
        _ => format!("{} uur", seconds / 3600),
    }
}

/// A number of messages for people: `1 bericht`, `12 berichten`.
pub(super) fn messages(count: i64) -> String {
    if count == 1 { "1 bericht".to_owned() } else { format!("{count} berichten") }
}

/// A number of pods for people: `1 pod`, `3 pods`.
pub(super) fn pods(count: usize) -> String {
    if count == 1 { "1 pod".to_owned() } else { format!("{count} pods") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        assert_eq!(duration(1), "1 seconde");
        assert_eq!(duration(31), "31 seconden");
        assert_eq!(duration(180), "3 minuten");
        assert_eq!(duration(10_000), "2 uur");
    }

    #[test]
    fn every_code_says_what_users_notice_and_what_to_do() {
        for code in FindingCode::ALL {
            assert!(code.effect("intake").len() > 20, "{code}");
            assert!(code.action("intake").len() > 20, "{code}");
        }
    }
}

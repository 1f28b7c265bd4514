// outage.mjs: ways in which a private PostgreSQL is away, and comes back.
import { Ledger } from './ledger.mjs';

/** The postmaster and all its processes. */
function processes(server) {
	const postmaster = server.pids('postgres');
	return [...postmaster, ...server.family().filter((p) => postmaster.includes(p.ppid)).map((p) => p.pid)];
}
const signal = (pids, name) => pids.forEach((pid) => { try { process.kill(pid, name); } catch { /* it went with the others */ } });

/** Frozen: every process stands still; connections stay open and say nothing. @returns what thaws it */
export function freeze(server) {
	const pids = processes(server);
	signal(pids, 'SIGSTOP');
	return () => signal(pids, 'SIGCONT');
}

/** Stopped: all killed, and nobody starts it again, for that is the parent's work, who stands still meanwhile.
 * @returns what lets the parent go on */
export function stop(server) {
	process.kill(server.pid, 'SIGSTOP');
	signal(processes(server), 'SIGKILL');
	return () => process.kill(server.pid, 'SIGCONT');
}

/** Killed, to be started again by the parent as soon as it looks. */
export function kill(server) {
	signal(processes(server), 'SIGKILL');
}

/** How many entries have this event id, and the one. */
export async function recorded(server, id) {
	const rows = await new Ledger(server).rows(`select seq, late, ts, ledger.document(entry) #>> '{decided,received}' as received, ledger.document(entry) #>> '{decided,at}' as at
		from ledger.entry where eid = '${id}'`);
	return { n: rows.length, entry: rows[0] };
}

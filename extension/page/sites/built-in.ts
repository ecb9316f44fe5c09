import aspnetGrid from './aspnet-grid.json' with { type: 'json' }
import bkavEgov from './bkav-egov.json' with { type: 'json' }
import demo from './demo.json' with { type: 'json' }
import liferay from './liferay-van-phong-dien-tu.json' with { type: 'json' }
import haiPhong from './qlvb-hai-phong.json' with { type: 'json' }
import sharepoint from './sharepoint-list.json' with { type: 'json' }
import daNang from './unioffice-da-nang.json' with { type: 'json' }
import voffice from './viettel-voffice.json' with { type: 'json' }
import ioffice from './vnpt-ioffice.json' with { type: 'json' }
import zk from './zk-listbox.json' with { type: 'json' }

/** The descriptors that come with the extension, as they are read from their files; the surer a shape is recognised, the earlier it stands. */
export const builtIn: readonly unknown[] = [demo, daNang, haiPhong, voffice, ioffice, bkavEgov, zk, sharepoint, liferay, aspnetGrid]
